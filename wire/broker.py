"""Where the broker is: one reading of ``mqtt://`` and ``HOST:PORT`` for both sides."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from wire import WireError

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_LAST_PORT: Final = 0xFFFF
# A password may stand before an "@": what holds one is no host, and is not shown.
_NO_HOST: Final = re.compile(r"[\s/@\x00-\x1f\x7f]")


class BrokerAddressError(WireError):
    """A text is no address of a broker."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Host and port of a broker; ``tls`` for mqtts; the account where the address names one."""

    host: str
    port: int
    tls: bool
    account: str = ""
    password: str = ""

    def __str__(self) -> str:
        """Give the address without account and password: fit for a log."""
        return f"mqtt{'s' if self.tls else ''}://{join_address(self.host, self.port)}"

    def __repr__(self) -> str:
        """Give the same: a password must not slip into a message."""
        return f"BrokerAddress({self})"


def parse_broker(text: str) -> BrokerAddress:
    """Read ``mqtt[s]://[account:password@]host[:port]``; raises :class:`BrokerAddressError`."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # brackets without an IPv6 address in them, or a port that is none
        parts, port = urlsplit(""), -1
    if parts.scheme not in _PORTS or not parts.hostname or port == -1 or parts.path.strip("/"):
        raise BrokerAddressError("a broker looks like mqtt://192.168.1.10:1883, or mqtts://… with TLS")
    return BrokerAddress(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        account=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def split_address(listen: str) -> tuple[str, int]:
    """Read ``HOST:PORT`` (``[::1]:1883`` for IPv6); raises :class:`BrokerAddressError` with words."""
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    is_port = port.isascii() and port.isdigit() and len(port) <= len(str(_LAST_PORT))
    if not colon or not host or _NO_HOST.search(host) or not is_port or int(port) > _LAST_PORT:
        shown = "that" if "@" in listen else repr(listen[:60])
        raise BrokerAddressError(f"{shown} is no HOST:PORT, for example 127.0.0.1:1883 or 0.0.0.0:1883")
    return host, int(port)


def join_address(host: str, port: int) -> str:
    """Write what :func:`split_address` reads."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
