"""Closing a fair: a backup that was read back, then the signed word by which kiosks wipe.

The backup holds every fact of the fair and of its kiosks that the ledger holds at the moment of signing:
where such come in while it is made, it is made again. Those of other fairs and bodies are nobody's to wipe.
What a kiosk that was away still keeps comes later, is in the ledger then, and in no backup of before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from server.backup import Backup
from server.office import Office, OfficeError
from server.rules.closing import Holding, KioskWord, holdings
from server.store.engine import Store
from server.store.ledger import Ledger
from server.store.registry import Registry
from wire.programme import Programme

_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Closed:
    """A fair that was closed, the backup made for it, and kiosks that may still keep facts."""

    programme: Programme
    backup: Backup
    unheard: list[Holding]


class Closing:
    """Closes and opens the fairs of one server. ``clock`` gives ms UTC."""

    def __init__(self, store: Store, office: Office, *, clock: Callable[[], int]) -> None:
        self._store = store
        self._office = office
        self._clock = clock

    def close(self, fair: str, back_up: Callable[[], Backup], *, anyway: bool) -> Closed:
        """Close a fair with the backup that ``back_up`` makes; it may be called again, for another.

        Raises :class:`OfficeError` where kiosks are known to keep facts (not with ``anyway``), or
        where facts come in all the time.
        """
        if self.is_closed(fair):
            raise OfficeError(f"{fair} is closed already; a fresh backup:  riwaq-server backup FILE")
        _refuse(self.holdings(fair), anyway=anyway)
        for _ in range(_TRIES):
            held = self._count(fair)
            backup = back_up()
            programme = self._sign(fair, held, anyway=anyway)
            if programme is not None:
                return Closed(programme, backup, self.holdings(fair))
            backup.file.unlink()
        raise OfficeError(f"facts of {fair} come in all the time: close it when visits have ended")

    def reopen(self, fair: str) -> Programme:
        """Sign that a fair goes on; kiosks record again, in new epochs."""
        if not self.is_closed(fair):
            raise OfficeError(f"{fair} is not closed: there is nothing to open again")
        with self._store.writing() as connection:
            registry = Registry(connection, self._office.body)
            registry.reopen_fair(fair)
            return self._office.sign_anew(registry)[fair]

    def is_closed(self, fair: str) -> bool:
        """Say whether a fair is closed; raises :class:`OfficeError` where there is none of that name."""
        fairs = self._office.fairs() if self._office.body else []
        if fair not in fairs:
            choose = f"choose one of {', '.join(fairs)}" if fairs else "no tour is loaded yet"
            raise OfficeError(f"there is no fair {fair!r}: {choose}")
        with self._store.reading() as connection:
            return fair in Registry(connection, self._office.body).closed_fairs()

    def holdings(self, fair: str) -> list[Holding]:
        """Give the kiosks of a fair that keep, or may keep, facts which the ledger does not have."""
        with self._store.reading() as connection:
            registry, ledger = Registry(connection, self._office.body), Ledger(connection, self._office.body)
            return self._holdings(registry, ledger, fair)

    def _count(self, fair: str) -> int:
        with self._store.reading() as connection:
            registry, ledger = Registry(connection, self._office.body), Ledger(connection, self._office.body)
            return _counted(registry, ledger, fair)

    def _sign(self, fair: str, held: int, *, anyway: bool) -> Programme | None:
        """Sign where the fair has no more facts than the backup holds; None where it has gone on."""
        with self._store.writing() as connection:
            registry, ledger = Registry(connection, self._office.body), Ledger(connection, self._office.body)
            _refuse(self._holdings(registry, ledger, fair), anyway=anyway)
            if _counted(registry, ledger, fair) != held:
                return None
            registry.close_fair(fair, self._clock())
            return self._office.sign_anew(registry)[fair]

    def _holdings(self, registry: Registry, ledger: Ledger, fair: str) -> list[Holding]:
        promised = ledger.promised()
        words = [
            KioskWord(
                name=row.name,
                state=row.state,
                state_at=row.state_at or 0,
                promised=promised.get(row.device, 0),
                came_since=ledger.count_since(row.device, row.state_at or 0),
            )
            for row in registry.kiosks()
            if row.fair == fair
        ]
        return holdings(words, self._clock())


def _counted(registry: Registry, ledger: Ledger, fair: str) -> int:
    """Count what kiosks of a fair would wipe: its facts, and what else they have brought."""
    return ledger.count_of(fair, [row.device for row in registry.all_kiosks() if row.fair == fair])


def _refuse(found: Sequence[Holding], *, anyway: bool) -> None:
    held = [each for each in found if each.count]
    if held and not anyway:
        lines = "".join(f"\n  - {each}" for each in held)
        raise OfficeError(
            f"facts have not come yet:{lines}\nLet these kiosks reach the server, or carry their facts "
            "(riwaq-kiosk export, riwaq-server facts import). With --anyway the fair is closed now: they "
            "still deliver when they are back, but the backup does not hold those facts"
        )
