"""Where the broker listens: one reading of ``mqtt://`` addresses for both sides."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from wire import WireError

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


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
        return f"mqtt{'s' if self.tls else ''}://{self.host}:{self.port}"

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
