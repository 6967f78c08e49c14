"""Reads kiosks for their page: of one fair, or of all that somebody may see."""

from collections.abc import Mapping

from server.live.source import StoreSource, kiosk_now
from server.rules.access import Action, Holder, may
from server.rules.fair import FairDefinition
from server.rules.pages.kiosks_data import CodeWaiting, KioskFair, KioskRevoked, KioskSeen, KiosksSeen
from server.rules.things import fair_thing
from server.store.engine import Store
from server.store.registry import KioskRow, Registry
from wire.pairing import VALID_MS


class KiosksReader:
    """Reads the kiosks of one body."""

    def __init__(self, store: Store, source: StoreSource) -> None:
        self._store = store
        self._source = source

    def __call__(self, params: Mapping[str, str], holder: Holder) -> KiosksSeen | None:
        """Give the kiosks of the fair that is named, else of all for this account; None for no such fair."""
        fair, known = params.get("fair"), self._source.fairs()
        if fair is None:
            seen = [each for each in known if may(holder, Action.SEE_KIOSKS, fair_thing(each))]
        else:
            seen = [each for each in known if each.fair.id == fair]
            if not seen:
                return None
        with self._store.reading() as connection:
            return _of(Registry(connection, self._source.body), seen, is_one=fair is not None)


def _of(registry: Registry, definitions: list[FairDefinition], *, is_one: bool) -> KiosksSeen:
    newest, closed = dict(registry.versions()), registry.closed_fairs()
    fairs = {each.fair.id: _fair(each, newest.get(each.fair.id, 0)) for each in definitions}
    revoked = registry.revoked_since()
    rows = [row for row in registry.all_kiosks() if row.fair in fairs]
    return KiosksSeen(
        is_one=is_one,
        fairs=list(fairs.values()),
        kiosks=[
            KioskSeen(kiosk_now(row, fair_closed=row.fair in closed), row.fair, row.hello_at)
            for row in rows
            if row.device not in revoked
        ],
        codes=[
            CodeWaiting(row.name, row.fair, row.booth, row.made_at + VALID_MS)
            for row in registry.pairings()
            if row.batch_key is None and row.fair in fairs
        ],
        revoked=[_gone(row, *revoked[row.device]) for row in rows if row.device in revoked],
    )


def _fair(definition: FairDefinition, newest: int) -> KioskFair:
    fair = definition.fair
    booths = {booth.id: booth.names for booth in definition.booths}
    return KioskFair(fair.id, fair.names, fair.timezone, newest, booths)


def _gone(row: KioskRow, revoked_at: int, reason: str) -> KioskRevoked:
    return KioskRevoked(row.device, row.name, row.fair, row.booth, revoked_at, reason)
