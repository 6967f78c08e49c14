"""The page of a fair's sign-ups as texts in one language."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from server.rules.pages.figure import Figure, share
from server.rules.pages.offers import OfferCount, SignUps
from server.rules.table import NOTHING
from server.rules.wording import Words
from wire.zones import zone_of

_ALL: Final = 100
_MOST_DAYS: Final = 4


class OfferRow(msgspec.Struct, frozen=True):
    """An offer in its order; ``share`` is its bar's length in percent, ``value`` what stands.

    ``numbers`` stand below :attr:`SignUpsPage.titles`.
    """

    id: str
    name: str
    own: bool
    share: int
    value: str
    partner: str
    booth: str
    numbers: list[str]


class DayRow(msgspec.Struct, frozen=True):
    """A day; numbers for the chart, None where the day is to come, and texts for the table behind it."""

    id: str
    day: str
    signed: int | None
    standing: int | None
    signed_text: str
    standing_text: str


class FileRow(msgspec.Struct, frozen=True):
    """A partner whose file may be taken home."""

    id: str
    name: str


class SignUpsPage(msgspec.Struct, frozen=True):
    """Everything on the page. ``inside``: it is read by somebody of the body, who sees withdrawals too."""

    fair: str
    title: str
    place: str
    when: str
    language: str
    inside: bool
    note: str
    summary: str
    figures: list[Figure]
    titles: list[str]
    offers: list[OfferRow]
    days: list[DayRow]
    files: list[FileRow]


def page_of(found: SignUps, words: Words, now: int) -> SignUpsPage:
    """Put a fair's sign-ups into words, at ``now`` ms UTC."""
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(found.timezone)).date().isoformat()
    days = sorted({*found.days, *(day.day for offer in found.offers for day in offer.by_day)})
    # A table of a fair's days is read; one of a month's is not, and the chart has them.
    shown = days if len(days) <= _MOST_DAYS else []
    most = max((offer.standing for offer in found.offers), default=0) or 1
    fair_days = [date.fromisoformat(day) for day in found.days]
    return SignUpsPage(
        fair=found.fair,
        title=words.text("Sign-ups"),
        place=words.name(found.names, found.fair),
        when=words.days(fair_days[0], fair_days[-1]),
        language=words.language,
        inside=found.inside,
        note=_note(found, words),
        summary=_summary(found.offers, words),
        figures=_figures(found, words),
        titles=_titles(found, shown, words),
        offers=[_offer(found, offer, shown, most, words) for offer in found.offers],
        days=[_day(found.offers, day, words, has_come=day <= today) for day in days],
        files=[FileRow(each, words.name(found.partners[each], each)) for each in found.files],
    )


def _note(found: SignUps, words: Words) -> str:
    if not (found.offers or found.inside):
        return words.text("You have no offer at this fair.")
    if not found.offers:
        return words.text("No offer is described at this fair yet: the tour's file names them.")
    if found.inside:
        return words.text("A sign-up that was withdrawn at any kiosk counts as withdrawn here at once.")
    return words.text("You see the sign-ups to your own offers that hold. Names are in your file alone.")


def _summary(offers: Sequence[OfferCount], words: Words) -> str:
    """Say what the bars show, for those who do not see them."""
    if not any(offer.standing for offer in offers):
        return words.text("Nobody has signed up yet.")
    best = max(offers, key=lambda offer: offer.standing)
    return words.counted(
        "Most: {offer}, {count} sign-up",
        "Most: {offer}, {count} sign-ups",
        best.standing,
        offer=f"\u2068{words.name(best.names, best.offer)}\u2069",
    )


def _figures(found: SignUps, words: Words) -> list[Figure]:
    signed = sum(offer.signed for offer in found.offers)
    standing = sum(offer.standing for offer in found.offers)
    withdrawn = sum(offer.withdrawn for offer in found.offers)
    in_doubt = sum(offer.in_doubt for offer in found.offers)
    chosen = sum(offer.standing > 0 for offer in found.offers)
    stands = Figure(
        "standing",
        words.text("Sign-ups that hold"),
        words.number(standing),
        words.text("in the next file of their partner"),
    )
    offers = Figure(
        "offers",
        words.text("Offers chosen"),
        words.text("{count} of {all}", count=words.number(chosen), all=words.number(len(found.offers))),
        words.text("by at least one member"),
    )
    if not found.inside:
        return [stands, offers]
    return [
        stands,
        Figure(
            "signed",
            words.text("Signed up in all"),
            words.number(signed),
            words.text("whatever became of it"),
        ),
        Figure(
            "withdrawn",
            words.text("Withdrawn"),
            words.number(withdrawn),
            words.text("{share} of all", share=share(withdrawn, signed, words)),
        ),
        Figure(
            "in-doubt",
            words.text("In doubt"),
            words.number(in_doubt),
            words.text("count as withdrawn until somebody decides")
            if in_doubt
            else words.text("none to look at"),
        ),
        offers,
    ]


def _titles(found: SignUps, days: Sequence[str], words: Words) -> list[str]:
    named = [words.short_day(date.fromisoformat(day)) for day in days]
    if not found.inside:
        return [words.text("Hold"), *named]
    return [
        words.text("Hold"),
        words.text("Signed up"),
        words.text("Withdrawn"),
        words.text("In doubt"),
        words.text("People at the booth"),
        words.text("Of them signed up"),
        *named,
    ]


def _offer(found: SignUps, offer: OfferCount, days: Sequence[str], most: int, words: Words) -> OfferRow:
    by_day = {day.day: day.signed if found.inside else day.standing for day in offer.by_day}
    numbers = [words.number(offer.standing)]
    if found.inside:
        numbers += [words.number(count) for count in (offer.signed, offer.withdrawn, offer.in_doubt)]
        numbers.append(NOTHING if offer.people is None else words.number(offer.people))
        numbers.append(NOTHING if offer.people is None else share(offer.standing, offer.people, words))
    return OfferRow(
        id=offer.offer,
        name=words.name(offer.names, offer.offer),
        own=not offer.partner,
        share=round(_ALL * offer.standing / most),
        value=words.number(offer.standing),
        partner=words.name(found.partners.get(offer.partner, {}), offer.partner or words.text("our own")),
        booth=words.name(found.booths.get(offer.booth, {}), offer.booth),
        numbers=[*numbers, *(words.number(by_day.get(day, 0)) for day in days)],
    )


def _day(offers: Sequence[OfferCount], day: str, words: Words, *, has_come: bool) -> DayRow:
    here = [each for offer in offers for each in offer.by_day if each.day == day]
    signed, standing = sum(each.signed for each in here), sum(each.standing for each in here)
    return DayRow(
        id=day,
        day=words.short_day(date.fromisoformat(day)),
        signed=signed if has_come or signed else None,
        standing=standing if has_come or signed else None,
        signed_text=words.number(signed),
        standing_text=words.number(standing),
    )
