"""What a tour's file changes of what is loaded, in words for whoever is about to load it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from server.rules.fair import FairDefinition
from wire.described import Names, Theme

_LISTS: Final = (
    "booths",
    "partners",
    "territories",
    "levels",
    "categories",
    "offers",
    "sessions",
    "consents",
    "notices",
    "topics",
)
_PLAIN: Final = ("names", "venue", "hall", "territory", "timezone", "tour")
_SHOWN: Final = 5


class Outcome(StrEnum):
    """What becomes of a fair."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """It is loaded and not in the file: it stays as it is."""


class Change(NamedTuple):
    """What becomes of one fair, and what is different, a sentence each."""

    fair: str
    outcome: Outcome
    words: list[str]


def difference(
    before: Mapping[str, FairDefinition],
    after: Sequence[FairDefinition],
    invited_before: Mapping[str, Mapping[str, Sequence[str]]],
    invited_after: Mapping[str, Mapping[str, Sequence[str]]],
) -> list[Change]:
    """Compare what is loaded with a file; first its fairs in its order, then those that it leaves alone.

    ``invited_…`` hold, by fair and session, who is invited.
    """
    changes = []
    for fair in after:
        id_ = fair.fair.id
        invited = _invited(invited_before.get(id_, {}), invited_after.get(id_, {}))
        if id_ not in before:
            days, booths = len(fair.fair.days), len(fair.booths)
            words = [f"{_counted(days, 'day')} from {fair.fair.days[0]}, {_counted(booths, 'booth')}"]
            changes.append(Change(id_, Outcome.NEW, words + invited))
            continue
        words = _differences(before[id_], fair) + invited
        changes.append(Change(id_, Outcome.CHANGED if words else Outcome.UNCHANGED, words))
    named = {fair.fair.id for fair in after}
    changes += [Change(id_, Outcome.KEPT, []) for id_ in before if id_ not in named]
    return changes


def _differences(before: FairDefinition, after: FairDefinition) -> list[str]:
    words = []
    if before.body != after.body:
        words.append(_renamed("body", before.body.names, after.body.names))
    if before.tour_names != after.tour_names:
        words.append(_renamed("tour", before.tour_names, after.tour_names))
    for key in _PLAIN:
        old, new = getattr(before.fair, key), getattr(after.fair, key)
        if old != new:
            words.append(_renamed(key, old, new) if isinstance(old, dict) else f"{key}: {old} → {new}")
    if before.fair.days != after.fair.days:
        old_days, new_days = (", ".join(map(str, fair.fair.days)) for fair in (before, after))
        words.append(f"days: {old_days} → {new_days}")
    elif before.fair.hours != after.fair.hours:
        words.append("opening hours")
    for key in _LISTS:
        old_ids, new_ids = ({entry.id: entry for entry in getattr(fair, key)} for fair in (before, after))
        if old_ids != new_ids:
            words.append(f"{key}: {_listed(old_ids, new_ids)}")
    words += _of_look(before.theme, after.theme)
    plain = {"retention": "retention", "members": "members", "form": "registration", "region": "region"}
    words += [said for key, said in plain.items() if getattr(before, key) != getattr(after, key)]
    return words


def _of_look(before: Theme, after: Theme) -> list[str]:
    words = []
    if before.logo != after.logo:
        what = "another picture" if before.logo and after.logo else "new" if after.logo else "none any more"
        words.append(f"logo: {what}")
    if msgspec.structs.replace(before, logo=after.logo) != after:
        words.append("theme and languages")
    return words


def _listed(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Say what came, what went and what is other: what is new, gone, changed."""
    parts = []
    for sign, ids in (
        ("+ ", [id_ for id_ in after if id_ not in before]),
        ("− ", [id_ for id_ in before if id_ not in after]),  # noqa: RUF001 - a minus, as people read it
        ("changed: ", [id_ for id_ in after if id_ in before and after[id_] != before[id_]]),
    ):
        if ids:
            more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
            parts.append(sign + ", ".join(ids[:_SHOWN]) + more)
    return "; ".join(parts) or "another order"


def _invited(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> list[str]:
    words = []
    for session in dict.fromkeys((*before, *after)):
        old, new = set(before.get(session, ())), set(after.get(session, ()))
        if old != new or (session in before) != (session in after):
            words.append(
                f"invited to {session}: {len(new)}"
                if session in after
                else f"invited to {session}: everyone, no longer {len(old)}"
            )
    return words


def _renamed(what: str, before: Names, after: Names) -> str:
    language = next((key for key in ("fr", "ar", *after) if before.get(key) != after.get(key)), "")
    return f"{what}: {before.get(language, '—')} → {after.get(language, '—')}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def falsifications(
    before: FairDefinition, after: FairDefinition, *, has_facts: bool, kiosks: Mapping[str, str]
) -> list[str]:
    """Say what a new description would falsify of what was recorded, and what to do; ``kiosks`` by name."""
    id_ = after.fair.id
    words = []
    if has_facts and before.fair.tour != after.fair.tour:
        words.append(
            f"visits of {id_} are counted in the tour {before.fair.tour}: keep tour.id, or give the fair "
            "another id"
        )
    if has_facts and before.fair.timezone != after.fair.timezone:
        words.append(f"visits of {id_} are counted by the days of {before.fair.timezone}: keep its timezone")
    booths = {booth.id for booth in after.booths}
    words += [
        f"the kiosk {name!r} stands at the booth {booth} of {id_}, which the file no longer has: keep it"
        for name, booth in kiosks.items()
        if booth not in booths
    ]
    old_texts = {(consent.id, consent.version): consent.texts for consent in before.consents}
    words += [
        f"the consent {consent.id} of {id_} has another text under the same version: write "
        f"version = {consent.version + 1}"
        for consent in after.consents
        if old_texts.get((consent.id, consent.version), consent.texts) != consent.texts
    ]
    return words
