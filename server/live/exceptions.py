"""Reads exceptions for their pages: those of a fair, of all fairs that somebody may see, and one."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import msgspec

from server.cases.doubtful import Doubtful
from server.live.source import StoreSource
from server.rules.access import Action, Holder, may
from server.rules.exceptions import DECISIONS, Decision, Kind
from server.rules.fair import FairDefinition
from server.rules.pages.exceptions_data import (
    MOST_DECIDED,
    MOST_SHOWN,
    DecidedItem,
    ExceptionSeen,
    ExceptionsSeen,
    FairNames,
    Item,
)
from server.rules.things import fair_thing
from server.store.engine import Store
from server.store.exceptional import Decided


class ExceptionsReader:
    """Reads one body's exceptions."""

    def __init__(self, store: Store, source: StoreSource) -> None:
        self._store = store
        self._source = source

    def __call__(self, params: Mapping[str, str], holder: Holder) -> ExceptionsSeen | None:
        """Give those of the fair that is named, else of all for this account; None for no such fair."""
        fair, known = params.get("fair", ""), self._source.fairs()
        asked = [
            each.fair.id
            for each in known
            if (each.fair.id == fair if fair else may(holder, Action.SEE_EXCEPTIONS, fair_thing(each)))
        ]
        if fair and not asked:
            return None
        waiting: list[Item] = []
        counts: Counter[str] = Counter()
        with self._store.reading() as connection:
            doubtful = Doubtful(connection, self._source.body, known, asked)
            for item in doubtful.items():
                if not doubtful.waits(item):
                    continue
                counts[item.kind] += 1
                if counts[item.kind] <= MOST_SHOWN:
                    waiting.append(item)
        decided = [
            each
            for each in map(decided_item, doubtful.decisions.values())
            if not each.item.fairs.isdisjoint(asked)
        ]
        about = set(asked).union(*(each.fairs for each in (*waiting, *(each.item for each in decided))))
        return ExceptionsSeen(fair, _names(known, about), dict(counts), waiting, decided[:MOST_DECIDED])

    def one(self, params: Mapping[str, str], holder: Holder) -> ExceptionSeen | None:
        """Give one exception of a fair, waiting or decided; None where there is none of that name."""
        known = self._source.fairs()
        definition = next((each for each in known if each.fair.id == params["fair"]), None)
        if definition is None or params["kind"] not in set(Kind):
            return None
        kind, key = Kind(params["kind"]), params["item"]
        with self._store.reading() as connection:
            doubtful = Doubtful(connection, self._source.body, known, [definition.fair.id])
            item, kept = doubtful.one(kind, key), doubtful.decisions.get((kind, key))
        decided = decided_item(kept) if kept else None
        if decided is not None and definition.fair.id not in decided.item.fairs:
            decided = None
        if item is None and decided is None:
            return None
        seen = item or (decided.item if decided else Item(kind=kind, key=key, fair="", at=0))
        return ExceptionSeen(
            fair=definition.fair.id,
            fairs=_names(known, {definition.fair.id, *seen.fairs}),
            item=seen,
            may_decide=item is not None
            and may(holder, Action.DECIDE_EXCEPTIONS, fair_thing(definition))
            and bool(DECISIONS[kind]),
            decided=decided,
        )


def decided_item(kept: Decided) -> DecidedItem:
    """Read what was decided; where a person was erased, nothing is left of what it was about."""
    about = msgspec.json.decode(kept.about)
    item = (
        msgspec.convert(about, Item)
        if about
        else Item(kind=Kind(kept.kind), key=kept.key, fair=kept.fair, at=kept.at)
    )
    return DecidedItem(item, Decision(kept.decision), kept.reason, kept.who, kept.at)


def _names(known: Sequence[FairDefinition], fairs: Collection[str]) -> dict[str, FairNames]:
    """Give what those fairs are named by: nobody learns of others."""
    return {
        each.fair.id: FairNames(
            names=each.fair.names,
            zone=each.fair.timezone,
            booths={booth.id: booth.names for booth in each.booths},
            offers={offer.id: offer.names for offer in each.offers},
            categories={category.id: category.names for category in each.categories},
        )
        for each in known
        if each.fair.id in fairs
    }
