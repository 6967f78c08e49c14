"""The page of members: how many of whom there are, by what they are counted by, and never a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from server.rules.members.choices import MEMBERS_CATEGORIES
from server.rules.members.member import Kind
from server.rules.pages.figure import Figure, share
from server.rules.pages.members_data import ELSEWHERE, UNKNOWN, MembersSeen, PlaceCount
from server.rules.usual_names import category_name
from server.rules.wording import OWN_NAMES, Words
from wire.card import Category

DAY_MS: Final = 86_400_000
SHOWN: Final = 12
"""So many territories have a bar; the table behind has all."""
_WEEK: Final = 7
_THURSDAY: Final = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """A name with a bar of ``share`` percent and its number; ``own`` is another colour."""

    id: str
    name: str
    share: int
    value: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the week: how many came to be known on it this week and last; None for days to come."""

    label: str
    shown: int | None
    before: int
    shown_text: str
    before_text: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Names in order, and what to say of them; ``more`` are those without a bar."""

    bars: list[Bar]
    note: str = ""
    more: str = ""
    rows: Sequence[Bar] = ()


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Everything on the page of members."""

    title: str
    when: str
    is_empty: bool
    figures: list[Figure]
    likely: str
    days: list[DayRow]
    days_note: str
    categories: Ranking
    places: Ranking
    kinds: Ranking
    languages: Ranking
    fairs: Ranking


def page_of(seen: MembersSeen, words: Words, now: int) -> MembersPage:
    """Put counts into words at ``now``, ms UTC."""
    counts = seen.counts
    active = sum(counts.get("category", {}).values())
    gone = sum(counts.get("gone", {}).values())
    days = _days(counts.get("new", {}), words, now)
    within = words.text(" · ").join(words.name(names) for names in seen.within)
    return MembersPage(
        title=words.text("Members"),
        when=within or words.text("The whole body"),
        is_empty=not active and not gone,
        figures=_figures(counts, active, gone, days, words),
        likely=_likely(seen.likely, words),
        days=days,
        days_note=words.counted(
            "{count} new member this week",
            "{count} new members this week",
            sum(day.shown or 0 for day in days),
        ),
        categories=_categories(seen, words),
        places=_places(seen.places, words),
        kinds=_kinds(counts.get("kind", {}), words),
        languages=_languages(counts.get("language", {}), words),
        fairs=_ranking(
            [(each.id, words.name(each.names, each.id), each.count) for each in seen.fairs], words
        ),
    )


def _figures(
    counts: Mapping[str, Mapping[str, int]], active: int, gone: int, days: Sequence[DayRow], words: Words
) -> list[Figure]:
    with_card = counts.get("card", {}).get("with", 0)
    without = counts.get("card", {}).get("without", 0)
    last = sum(day.before for day in days)
    return [
        Figure("active", words.text("Active members"), words.number(active), words.text("with all rights")),
        Figure(
            "with",
            words.text("With a card"),
            words.number(with_card),
            words.text("{share} of the active", share=share(with_card, active, words)),
        ),
        Figure(
            "without",
            words.text("Without a card"),
            words.number(without),
            words.text("none that is in force"),
        ),
        Figure(
            "new",
            words.text("New this week"),
            words.number(sum(day.shown or 0 for day in days)),
            words.text("last week: {count}", count=words.number(last)),
        ),
        Figure(
            "gone", words.text("Deactivated"), words.number(gone), words.text("kept, without rights or cards")
        ),
    ]


def _likely(likely: int, words: Words) -> str:
    if not likely:
        return ""
    return words.counted(
        "{count} pair of members may be one person",
        "{count} pairs of members may be one person each",
        likely,
    )


def _days(new: Mapping[str, int], words: Words, now: int) -> list[DayRow]:
    today = now // DAY_MS
    monday = today - (today + _THURSDAY) % _WEEK
    rows = []
    for day in range(monday, monday + _WEEK):
        shown = None if day > today else new.get(str(day), 0)
        before = new.get(str(day - _WEEK), 0)
        rows.append(
            DayRow(
                label=words.short_day(_date(day)),
                shown=shown,
                before=before,
                shown_text="" if shown is None else words.number(shown),
                before_text=words.number(before),
            )
        )
    return rows


def _date(day: int) -> date:
    return datetime.fromtimestamp(0, UTC).date() + timedelta(days=day)


def _categories(seen: MembersSeen, words: Words) -> Ranking:
    """Tell of all categories, in their own order: they sum to the total."""
    counts = seen.counts.get("category", {})
    listed = [*MEMBERS_CATEGORIES, *(Category(int(key)) for key in counts)]
    named = []
    for category in dict.fromkeys(listed):
        key = category.name.lower()
        named.append((key, category_name(key, seen.categories, words), counts.get(str(int(category)), 0)))
    return _ranking(named, words, in_order=False)


def _places(places: Sequence[PlaceCount], words: Words) -> Ranking:
    said = {UNKNOWN: words.text("Not known"), ELSEWHERE: words.text("Elsewhere")}
    named = [
        (each.id, words.name(each.names, said.get(each.id, each.id)), each.count)
        for each in places
        if each.id not in said
    ]
    last = [(f"other-{at}", said[each.id], each.count) for at, each in enumerate(places) if each.id in said]
    return _ranking(named, words, last=last)


def _kinds(counts: Mapping[str, int], words: Words) -> Ranking:
    named = {
        Kind.MEMBER: words.text("Members"),
        Kind.BENEFICIARY: words.text("Beneficiaries"),
        Kind.DONOR: words.text("Donors"),
        Kind.PARTNER: words.text("Partners"),
    }
    listed = [(str(kind.name).lower(), name, counts.get(str(int(kind)), 0)) for kind, name in named.items()]
    return _ranking(listed, words, in_order=False)


def _languages(counts: Mapping[str, int], words: Words) -> Ranking:
    listed = [(key, OWN_NAMES.get(key, key), count) for key, count in counts.items()]
    return _ranking(listed, words)


def _ranking(
    named: Sequence[tuple[str, str, int]],
    words: Words,
    *,
    in_order: bool = True,
    last: Sequence[tuple[str, str, int]] = (),
) -> Ranking:
    ordered = sorted(named, key=lambda entry: (-entry[2], entry[1])) if in_order else list(named)
    most = max((count for _, _, count in (*ordered, *last)), default=0) or 1
    rows = [
        Bar(key, name, round(100 * count / most), words.number(count))
        for key, name, count in (*ordered, *last)
    ]
    bars = rows if len(ordered) <= SHOWN else [*rows[:SHOWN], *rows[len(ordered) :]]
    left = len(rows) - len(bars)
    more = words.counted("and {count} more", "and {count} more", left) if left else ""
    return Ranking(bars=bars, more=more, rows=rows)
