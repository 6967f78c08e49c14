"""The same accounts and access for Debian's Mosquitto (2.0): its three files, ready to start.

``mosquitto.conf`` names the other two: ``passwd`` with a hash an account, ``acl`` with the rules of
``access.may``. After an account was added or removed, write them again and send
Mosquitto SIGHUP.

Mosquitto differs from the embedded broker in what it says, not in what it lets through: it grants
any subscription and then delivers only what the rules allow; it lets a client with a foreign will
in and never publishes the will; a foreign client id is replaced by the account's name, not refused.
It cannot be told that only ``state`` may be retained, nor that a pairing code's account may say
nothing but ``ask``: what else that says on its own topics the server does not take.

A password line is ``account:$7$101$salt$hash``: PBKDF2-HMAC-SHA512 with 101 rounds, salt of 12
bytes and hash of 64, both in base64. That few rounds are enough for 256 random bits.
"""

import base64
import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.mqtt.access import SERVER_ACCOUNT, AccountsError, write_private
from wire import topics
from wire.broker import split_address
from wire.pairing import ACCOUNT

PROGRAM: Final = "/usr/sbin/mosquitto"
PACKET_BYTES: Final = 1024 * 1024
QUEUED_BYTES: Final = 64 * 1024 * 1024
_ROUNDS: Final = 101
_SALT_BYTES: Final = 12
_HASH_BYTES: Final = 64
_HASH: Final = re.compile(r"\$7\$\d+\$[A-Za-z0-9+/=]{8,}\$[A-Za-z0-9+/=]{88}")


@dataclass(frozen=True, slots=True)
class MosquittoFiles:
    """Where the files are: ``mosquitto -c {conf}`` starts a broker with them."""

    conf: Path
    passwd: Path
    acl: Path


def mosquitto_hash(password: str, salt: bytes | None = None) -> str:
    """Hash a password as Mosquitto's password file wants it: ``$7$101$salt$hash``.

    ``salt`` has 12 bytes and is random unless given.
    """
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS, _HASH_BYTES)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def write_mosquitto(
    out_dir: Path,
    *,
    server_hash: str,
    bodies: Mapping[str, Mapping[str, str]],
    listen: str,
    server: str = SERVER_ACCOUNT,
    user: str | None = None,
    installed_at: Path | None = None,
) -> MosquittoFiles:
    """Write ``mosquitto.conf``, ``passwd`` and ``acl`` into a directory, made if need be.

    ``server_hash`` and those of each body's devices (by device id) are made by :func:`mosquitto_hash`;
    ``listen`` is ``HOST:PORT``. ``user`` is whom Mosquitto becomes when root starts it (its own
    default: ``mosquitto``); ``installed_at`` is where the files will lie, if not in ``out_dir``.

    Raises :class:`~server.mqtt.access.AccountsError` for names and hashes that are none, ValueError
    for a bad address, OSError when a file cannot be written.
    """
    devices = {name: value for of_body in bodies.values() for name, value in of_body.items()}
    hashes = {server: server_hash, **devices}
    problems = [f"{name!r} cannot be an account" for name in hashes if not topics.SLUG.fullmatch(name)]
    problems += [
        f"the hash of {name!r} is not Mosquitto's"
        for name, value in hashes.items()
        if not _HASH.fullmatch(value)
    ]
    problems += [f"{body!r} cannot be a body" for body in bodies if not topics.SLUG.fullmatch(body)]
    if server in devices:
        problems.append(f"{server!r} is the server's account and cannot be a device id")
    if problems:
        raise AccountsError("; ".join(problems))
    host, port = split_address(listen)
    out_dir.mkdir(parents=True, exist_ok=True)
    files = MosquittoFiles(out_dir / "mosquitto.conf", out_dir / "passwd", out_dir / "acl")
    lies_in = (installed_at or out_dir).absolute()
    write_private(files.passwd, "".join(f"{name}:{value}\n" for name, value in sorted(hashes.items())))
    write_private(files.acl, _acl(bodies, server))
    write_private(files.conf, _conf(host, port, lies_in, user))
    if user is None:
        _let_mosquitto_read(files)
    return files


def _acl(bodies: Mapping[str, Iterable[str]], server: str) -> str:
    # By account, not by patterns with %u: those would let a device speak below any body.
    rights = "".join(
        _rights(f"{topics.ROOT}/{body}", device)
        for body, devices in sorted(bodies.items())
        for device in sorted(devices)
    )
    return (
        "# Written by riwaq-server: what each account may say (write) and hear (read).\n"
        f"\nuser {server}\ntopic readwrite #\n{rights}"
    )


def _rights(root: str, device: str) -> str:
    """Give the rules of one account; a pairing code's hears of no fair."""
    says = "".join(f"topic write {root}/up/+/{device}/{leaf}\n" for leaf in topics.UP_LEAVES)
    fair = "" if device.startswith(ACCOUNT) else f"topic read {root}/fair/#\n"
    return f"\nuser {device}\n{says}topic read {root}/down/{device}/#\n{fair}"


def _conf(host: str, port: int, lies_in: Path, user: str | None) -> str:
    become = f"user {user}\n" if user else ""
    return f"""\
# Written by riwaq-server; passwd and acl belong to it. For kiosks across an open network add
# cafile, certfile and keyfile below the listener.
listener {port} {host}
{become}allow_anonymous false
password_file {lies_in / "passwd"}
acl_file {lies_in / "acl"}

# One connection an account: with free client ids one kiosk could end another's session.
use_username_as_clientid true
allow_zero_length_clientid false

# Nothing is stored: kiosks keep their facts until the server has acknowledged them.
persistence false
persistent_client_expiration 1h

# A queue counted in messages (1000 by default) drops what was already acknowledged to a kiosk when
# many come back at once; counted in bytes it still has an end.
max_queued_messages 0
max_queued_bytes {QUEUED_BYTES}
max_inflight_messages 100
max_packet_size {PACKET_BYTES}
set_tcp_nodelay true
sys_interval 0

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
"""


def _let_mosquitto_read(files: MosquittoFiles) -> None:
    """Give the files to the group that Mosquitto becomes when root starts it, if we may."""
    if os.geteuid() == 0:
        for path in (files.conf, files.passwd, files.acl):
            with contextlib.suppress(LookupError, OSError):
                shutil.chown(path, group="mosquitto")
                path.chmod(0o640)
