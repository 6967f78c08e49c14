"""The launcher's decisions, tried on a small copy of the project with stand-ins for the system's programs."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.bench.__main__ import BENCHMARKS

ROOT = Path(__file__).parent.parent
COMMANDS = ("demo", "server", "kiosk", "test", "bench", "gallery", "pictures")
LIBRARIES = ("libzbar.so.0", "libGL.so.1", "libEGL.so.1", "dri/x_dri.so", "libmtdev.so.1", "libfribidi.so.0")
PRINTING = ("cupsd", "lpadmin", "ippeveprinter", "dbus-daemon", "pdftoppm")
# What a launcher may use of every system; all else it finds on PATH is a stand-in of the test.
TOOLS = (
    *("cat", "chmod", "cmp", "cp", "dirname", "env", "flock", "grep", "head", "mkdir", "mktemp", "mv"),
    *("readlink", "rm", "sed", "sh", "sha256sum", "sleep", "tail", "touch", "uniq"),
)

# Writes itself into the environment it is asked to make, and every call into a log.
PYTHON = """\
#!/bin/sh
echo "$*" >>"$STAND_INS/python.log"
case $* in
    *'import ensurepip'*) [ ! -e "$STAND_INS/no-ensurepip" ] ;;
    *version_info*) [ ! -e "$STAND_INS/old" ] ;;
    --version) echo 'Python 3.11.2' ;;
    '-m venv '*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    *' install '*)
        sleep "$PIP_TAKES"
        echo 'Collecting one==1'
        [ ! -e "$STAND_INS/full-disk" ] || { echo 'Installing collected packages: one'; exit 1; }
        [ -e "$STAND_INS/no-network" ] || exit 0
        printf '%s\\n' 'ERROR: Exception:' 'Traceback (most recent call last):' 'Timeout: no answer'
        exit 2
        ;;
    '-m assets.make')
        sleep "$PIP_TAKES"
        [ ! -e "$STAND_INS/no-npm" ] || { echo 'npm has no answer' >&2; exit 1; }
        ;;
    '-m server '*) echo "$*"; pwd; echo "$PYTHONPATH" ;;
esac
"""
ID = '#!/bin/sh\ncat "$STAND_INS/uid"\n'
APT = """\
#!/bin/sh
echo "$*" >>"$STAND_INS/apt.log"
case $* in *install*) touch "$STAND_INS"/lib/x/libzbar.so.0 && rm -f "$STAND_INS/no-ensurepip" ;; esac
"""


class Machine:
    """A directory that stands for a machine: a project, programs on PATH, and libraries."""

    def __init__(self, root: Path) -> None:
        self.project = root / "a project"
        self.stand_ins = root / "machine"
        self.bin = self.stand_ins / "bin"
        libraries = self.stand_ins / "lib"
        (self.project / "requirements").mkdir(parents=True)
        self.bin.mkdir(parents=True)
        (self.stand_ins / "uid").write_text("1000\n")
        for name in LIBRARIES:
            library = libraries / "x" / name
            library.parent.mkdir(parents=True, exist_ok=True)
            library.touch()
        (libraries / "x/libatomic.so.1").touch()
        (libraries / "postgresql/15/bin").mkdir(parents=True)
        (libraries / "postgresql/15/bin/postgres").touch()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        for name, text in {"python3": PYTHON, "id": ID, "apt-get": APT}.items():
            self.program(name, text)
        for name in ("mosquitto", "chromium", "Xvfb", "xdotool", "openbox", *PRINTING):
            self.program(name, "#!/bin/sh\n")
        launcher = (ROOT / "riwaq").read_text()
        assert "/usr/lib/" in launcher
        # Only what the test puts there may be found, whatever the machine of the tests has.
        launcher = launcher.replace("/usr/lib", str(libraries)).replace("/usr/bin/", "/none/")
        launcher = launcher.replace("/usr/sbin/mosquitto /usr/local/sbin/mosquitto", "/none")
        launcher = launcher.replace("/usr/sbin/", "/none/")
        (self.project / "riwaq").write_text(launcher)
        (self.project / "riwaq").chmod(0o755)
        self.lock("one==1 \\\n    --hash=sha256:0\n")

    def program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def lock(self, text: str) -> None:
        for profile in ("run", "dev"):
            (self.project / f"requirements/{profile}.txt").write_text(text)

    def take_away(self, library: str) -> None:
        (self.stand_ins / "lib/x" / library).unlink()

    def now(self, state: str) -> None:
        (self.stand_ins / state).touch()

    def start(self, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.begin(*words, cwd=cwd).wait()

    def begin(self, *words: str, cwd: Path | None = None, pip_takes: str = "0") -> "Started":
        environment = {"PATH": str(self.bin), "STAND_INS": str(self.stand_ins), "PIP_TAKES": pip_takes}
        environment["TMPDIR"] = str(self.stand_ins)
        return Started([str(self.project / "riwaq"), *words], environment, cwd or self.stand_ins)

    def calls(self, program: str, containing: str) -> int:
        log = self.stand_ins / f"{program}.log"
        return log.read_text().count(containing) if log.exists() else 0

    def installs(self) -> int:
        return self.calls("python", " install ")

    def makes(self) -> int:
        return self.calls("python", "-m assets.make\n")


class Started:
    """A launcher that runs."""

    def __init__(self, words: list[str], environment: dict[str, str], cwd: Path) -> None:
        self.words = words
        self.process = subprocess.Popen(
            words, env=environment, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def wait(self) -> subprocess.CompletedProcess[str]:
        out, err = self.process.communicate(timeout=60)
        return subprocess.CompletedProcess(self.words, self.process.returncode, out, err)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)])
def test_help_names_every_command_and_sets_nothing_up(machine: Machine, words: tuple[str, ...]) -> None:
    done = machine.start(*words)
    assert done.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command}  ", done.stdout, re.MULTILINE)
    assert f"measurements: {', '.join(BENCHMARKS)}\n" in done.stdout
    assert not (machine.project / ".venv").exists()


def test_help_of_the_test_command_sets_nothing_up(machine: Machine) -> None:
    done = machine.start("test", "--help")
    assert "--all" in done.stdout
    assert not (machine.project / ".venv").exists()


def test_an_unknown_command_is_refused_with_the_way_to_the_known_ones(machine: Machine) -> None:
    done = machine.start("sevrer")
    assert done.returncode == 2
    assert "'sevrer'" in done.stderr
    assert "--help" in done.stderr


def test_first_start_sets_up_and_hands_the_words_on_where_the_caller_stands(machine: Machine) -> None:
    done = machine.start("server", "init", "two words", cwd=machine.bin)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["-m server init two words", str(machine.bin), str(machine.project)]
    assert machine.installs() == 1
    assert machine.calls("apt", "install") == 0


def test_second_start_runs_no_pip_and_says_nothing(machine: Machine) -> None:
    machine.start("server")
    before = (machine.stand_ins / "python.log").read_text()
    done = machine.start("server", "--help")
    assert (machine.stand_ins / "python.log").read_text() == before + "-m server --help\n"
    assert done.stderr == ""


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.start("server")
    machine.lock("one==2 \\\n    --hash=sha256:0\n")
    machine.start("server")
    assert machine.installs() == 2
    assert machine.calls("python", "-m venv") == 1


def test_what_the_tests_need_is_enough_for_the_programs(machine: Machine) -> None:
    machine.start("bench")
    machine.start("server")
    assert machine.installs() == 1
    assert machine.calls("python", "/requirements/dev.txt") == 1


def test_the_tests_need_more_than_the_programs(machine: Machine) -> None:
    machine.start("server")
    machine.start("bench")
    assert machine.calls("python", "/requirements/dev.txt") == 1


def test_an_installation_that_was_cut_off_is_made_anew(machine: Machine) -> None:
    machine.start("server")
    (machine.project / ".venv/riwaq/unfinished").touch()
    (machine.project / ".venv/riwaq/run.txt").unlink()
    (machine.project / ".venv/half").touch()
    assert machine.start("server").returncode == 0
    assert not (machine.project / ".venv/half").exists()
    assert machine.installs() == 2


def test_an_environment_whose_python_is_gone_is_made_anew(machine: Machine) -> None:
    machine.start("server")
    (machine.project / ".venv/bin/python").unlink()
    assert machine.start("server").returncode == 0
    assert machine.calls("python", "-m venv") == 2


def test_an_environment_that_was_moved_is_made_anew(machine: Machine) -> None:
    machine.start("server")
    machine.project = machine.project.rename(machine.project.with_name("elsewhere"))
    assert machine.start("server").returncode == 0
    assert machine.calls("python", "-m venv") == 2


def test_two_first_starts_at_once_install_once(machine: Machine) -> None:
    started = [machine.begin("server", pip_takes="1") for _ in range(3)]
    assert [each.wait().returncode for each in started] == [0, 0, 0]
    assert machine.installs() == 1


def test_who_is_not_root_is_told_the_exact_command(machine: Machine) -> None:
    machine.take_away("libzbar.so.0")
    machine.take_away("libGL.so.1")
    machine.now("no-ensurepip")
    done = machine.start("server")
    assert done.returncode == 3
    command = "apt-get update && apt-get install -y --no-install-recommends python3-venv libzbar0 libgl1"
    assert f"sudo sh -c '{command}'\n" in done.stderr
    assert machine.calls("apt", "") == 0
    assert not (machine.project / ".venv").exists()


def test_a_library_that_was_removed_later_is_noticed(machine: Machine) -> None:
    machine.start("server")
    machine.take_away("libfribidi.so.0")
    done = machine.start("server")
    assert done.returncode == 3
    assert "libfribidi0 (Arabic text)" in done.stderr


def test_root_gets_the_packages_installed_after_one_line_that_says_why(machine: Machine) -> None:
    (machine.stand_ins / "uid").write_text("0\n")
    machine.take_away("libzbar.so.0")
    machine.now("no-ensurepip")
    done = machine.start("server")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(
        "riwaq: installing the Debian packages python3-venv libzbar0 (a virtual environment, reading codes)\n"
    )
    update, install = (machine.stand_ins / "apt.log").read_text().splitlines()
    assert update == "update"
    assert install.endswith("install -y --no-install-recommends python3-venv libzbar0")


def test_only_the_tests_ask_for_servers_a_browser_a_screen_and_a_printer(machine: Machine) -> None:
    (machine.bin / "mosquitto").unlink()
    (machine.bin / "chromium").unlink()
    (machine.bin / "Xvfb").unlink()
    (machine.bin / "xdotool").unlink()
    (machine.bin / "openbox").unlink()
    for name in PRINTING:
        (machine.bin / name).unlink()
    machine.take_away("libatomic.so.1")
    shutil.rmtree(machine.stand_ins / "lib/postgresql")
    assert machine.start("server").returncode == 0
    done = machine.start("test")
    assert done.returncode == 3
    packages = "mosquitto postgresql chromium libatomic1 xvfb xdotool openbox"
    packages += " cups cups-client cups-ipp-utils dbus-daemon poppler-utils"
    assert f"--no-install-recommends {packages}'" in done.stderr


def test_where_there_is_no_apt_it_says_what_is_missing_and_goes_on(machine: Machine) -> None:
    machine.take_away("libzbar.so.0")
    (machine.bin / "apt-get").unlink()
    done = machine.start("server")
    assert done.returncode == 0
    assert "libzbar0 (reading codes)" in done.stderr


def test_a_python_that_is_too_old_is_refused_with_what_to_do(machine: Machine) -> None:
    machine.now("old")
    done = machine.start("server")
    assert done.returncode == 3
    assert "needs Python 3.11, 3.12 or 3.13; here: Python 3.11.2" in done.stderr
    assert "apt-get install python3" in done.stderr


def test_another_python_that_fits_is_taken(machine: Machine) -> None:
    machine.program("python3.12", PYTHON)
    machine.program("python3", "#!/bin/sh\nexit 1\n")
    assert machine.start("server").returncode == 0


def test_a_failing_download_ends_in_words_and_the_next_start_tries_again(machine: Machine) -> None:
    machine.now("no-network")
    done = machine.start("server")
    assert done.returncode == 1
    assert "Timeout: no answer\n" in done.stderr
    assert "Is there a network" in done.stderr
    assert "Traceback" not in done.stderr
    (machine.stand_ins / "no-network").unlink()
    assert machine.start("server").returncode == 0
    assert machine.installs() == 2


def test_a_failing_download_leaves_what_was_installed_usable(machine: Machine) -> None:
    machine.start("bench")
    machine.lock("one==2 \\\n    --hash=sha256:0\n")
    machine.now("no-network")
    assert machine.start("server").returncode == 1
    machine.lock("one==1 \\\n    --hash=sha256:0\n")
    assert machine.start("server").returncode == 0
    assert machine.start("bench").returncode == 0
    assert machine.calls("python", "-m venv") == 1


def test_a_failure_while_packages_are_written_makes_all_anew(machine: Machine) -> None:
    machine.start("server")
    machine.lock("one==2 \\\n    --hash=sha256:0\n")
    machine.now("full-disk")
    assert machine.start("server").returncode == 1
    (machine.stand_ins / "full-disk").unlink()
    assert machine.start("server").returncode == 0
    assert machine.calls("python", "-m venv") == 2


def test_assets_are_made_once_and_again_when_a_part_of_them_changes(machine: Machine) -> None:
    done = machine.start("server")
    assert "riwaq: making what assets/made lacks" in done.stderr
    assert "making" not in done.stdout
    machine.start("server")
    assert machine.makes() == 1
    catalogue = machine.project / "assets/locale/fr/LC_MESSAGES/kiosk.po"
    catalogue.parent.mkdir(parents=True)
    for text in ("one", "two"):
        catalogue.write_text(text)
        machine.start("server")
        assert machine.start("server").stderr == ""
    catalogue.unlink()
    machine.start("server")
    assert machine.makes() == 4
    shutil.rmtree(machine.project / "assets/made")
    machine.start("server")
    assert machine.makes() == 5
    assert machine.installs() == 1


def test_voices_are_made_again_with_each_recording_and_when_the_program_that_speaks_comes(
    machine: Machine,
) -> None:
    machine.start("server")
    recording = machine.project / "assets/voice/zgh/accepted.ogg"
    program = machine.stand_ins / "lib/x/libespeak-ng.so.1"
    for number, file in enumerate((recording, program), start=2):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        assert "voices" in machine.start("server").stderr
        assert machine.start("server").stderr == ""
        assert machine.makes() == number
    assert machine.calls("apt-get", "") == 0, "a kiosk does without it"


@pytest.mark.parametrize("command", ["demo", "kiosk", "server", "test", "bench", "gallery", "pictures"])
def test_every_program_finds_its_assets_made(machine: Machine, command: str) -> None:
    machine.start(command)
    assert machine.makes() == 1


def test_assets_that_cannot_be_made_stop_the_start_and_the_next_tries_again(machine: Machine) -> None:
    machine.now("no-npm")
    done = machine.start("server")
    assert done.returncode == 1
    assert "npm has no answer\n" in done.stderr
    assert done.stdout == ""
    (machine.stand_ins / "no-npm").unlink()
    assert machine.start("server").returncode == 0
    assert machine.makes() == 2


def test_two_first_starts_at_once_make_assets_once(machine: Machine) -> None:
    started = [machine.begin("server", pip_takes="0.5") for _ in range(3)]
    assert [each.wait().returncode for each in started] == [0, 0, 0]
    assert machine.makes() == 1


def test_an_environment_that_somebody_made_himself_is_used(machine: Machine) -> None:
    (machine.project / ".venv/bin").mkdir(parents=True)
    shutil.copy(machine.bin / "python3", machine.project / ".venv/bin/python")
    assert machine.start("server").returncode == 0
    assert machine.calls("python", "-m venv") == 0
    assert machine.installs() == 1


def test_checks_that_fail_are_all_run_and_named(machine: Machine) -> None:
    failing = PYTHON.replace("case $* in", "case $* in\n    '-m ruff check'*|'-m mypy'*) exit 1 ;;")
    machine.program("python3", failing)
    done = machine.start("test", "-k", "two words")
    assert done.returncode == 1
    assert done.stderr.endswith("riwaq: failed: style types\n")
    assert (
        machine.calls(
            "python", "-m pytest -n logical --dist loadfile --no-loadscope-reorder -m not long -k two words\n"
        )
        == 1
    )


def test_all_means_the_long_tests_too(machine: Machine) -> None:
    assert machine.start("test", "--all", "-x").returncode == 0
    assert (
        machine.calls("python", "-m pytest -n logical --dist loadfile --no-loadscope-reorder -m  -x\n") == 1
    )


def test_the_continuous_integration_runs_the_full_suite() -> None:
    assert "./riwaq test --all" in (ROOT / ".ci/run").read_text()
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert os.access(ROOT / "riwaq", os.X_OK)


def pins(profile: str) -> dict[str, str]:
    """Each locked package's line in the lock, by name."""
    text = (ROOT / f"requirements/{profile}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {line.split("==")[0]: line for line in lines}


@pytest.mark.parametrize("profile", ["run", "dev"])
def test_every_locked_package_has_a_hash_and_no_address(profile: str) -> None:
    locked = pins(profile)
    assert locked
    for line in locked.values():
        assert re.fullmatch(r"[a-z0-9-]+==\S+( ; [^-]+)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line), line
    text = (ROOT / f"requirements/{profile}.txt").read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_the_programs_run_in_the_tests_on_the_versions_they_run_on_elsewhere() -> None:
    dev = pins("dev")
    for name, line in pins("run").items():
        assert dev[name].split()[0] == line.split()[0]


def test_the_locks_hold_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "run": [*project["dependencies"], *extras["kiosk"], *extras["server"], *extras["assets"]],
        "dev": extras["dev"],
    }
    for profile, requirements in wanted.items():
        names = {re.split(r"[^A-Za-z0-9._-]", each)[0].lower().replace("_", "-") for each in requirements}
        missing = names - pins(profile).keys() - {"riwaq"}
        assert not missing, (
            f"{profile}.txt is older than pyproject.toml: ./requirements/lock.sh makes it again"
        )
