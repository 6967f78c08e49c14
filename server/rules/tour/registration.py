"""What a body asks of whoever is registered at a kiosk, and the card that comes of it."""

from collections.abc import Collection, Sequence
from typing import Final

from server.rules.members.member import MemberRules
from server.rules.names import tidy
from server.rules.reader import Place, Reader, shown
from server.rules.tour.lists import entries, read_ids
from server.rules.tour.words import CATEGORIES
from wire.described import FIELDS, Form, FormField, Names

MAX_YEARS: Final = 15
MOST_OF_REASON: Final = 32
"""Letters of a reason: what stands in one line on a kiosk's smallest screen."""
_NAMES: Final = ("name_ar", "name_latin")
_NATIONAL_ID: Final = "national_id"


def read_registration(
    reader: Reader,
    value: object,
    *,
    members: MemberRules,
    consents: Collection[str],
    categories: Sequence[str],
) -> Form | None:
    """Read ``[registration]``; None where kiosks register nobody.

    ``categories`` are those that the tour names: what may be registered where nothing is said.
    """
    if value is None:
        return None
    place = ("registration",)
    table = reader.table(
        value,
        place,
        required=("fields",),
        optional=("required", "reasons", "categories", "consents", "card_years", "partial_birth"),
    )
    fields = _listed(reader, table.get("fields"), (*place, "fields"), FIELDS, "field of a registration")
    if table.get("fields") is not None:
        _judge(reader, fields, (*place, "fields"), authorised=bool(members.national_id))
    required = _listed(
        reader, table.get("required"), (*place, "required"), fields or FIELDS, "field that is asked for"
    )
    reasons = _reasons(reader, table.get("reasons"), fields)
    chosen = _listed(
        reader, table.get("categories"), (*place, "categories"), CATEGORIES, "category of a card"
    )
    years = reader.whole(table.get("card_years"), (*place, "card_years"), 1, MAX_YEARS)
    return Form(
        fields=[
            FormField(id=field, required=field in required, reason=reasons.get(field, {})) for field in fields
        ],
        employee_number=members.employee_number,
        national_id=members.national_id,
        categories=chosen or list(categories) or list(CATEGORIES),
        consents=read_ids(reader, table.get("consents"), (*place, "consents"), consents, "consents"),
        card_years=years or Form(fields=[]).card_years,
        partial_birth=reader.flag(table.get("partial_birth"), (*place, "partial_birth")),
    )


def _listed(reader: Reader, value: object, place: Place, choices: Sequence[str], what: str) -> list[str]:
    """Read a list of words of a closed list, each once."""
    found: dict[str, None] = {}
    for here, entry in entries(reader, value, place):
        word = reader.choice(entry, here, choices, what)
        if word in found:
            reader.note(here, f"{shown(word)} stands here a second time", "take one of them out")
        elif word in choices:
            found[word] = None
    return list(found)


def _judge(reader: Reader, fields: Sequence[str], place: Place, *, authorised: bool) -> None:
    """Note what registers nobody: no name, no category; and a principal before it is known of whom.

    National ids may be asked for under an authorisation alone.
    """
    if not any(name in fields for name in _NAMES):
        reader.note(place, "nobody's name is asked for", f"write {' or '.join(_NAMES)}, or both")
    if "category" not in fields:
        reader.note(place, "no category is asked for, and each card has one", "write category")
    elif "principal" in fields and fields.index("principal") < fields.index("category"):
        what = "the principal is asked for before the category, which says who has one"
        reader.note(place, what, "write principal after category")
    if _NATIONAL_ID in fields and not authorised:
        what = "national ids may be asked for only under an authorisation of the CNDP"
        instead = "write its number as national_id in [members], or take the field out"
        reader.note((*place, fields.index(_NATIONAL_ID)), what, instead)


def _reasons(reader: Reader, value: object, fields: Sequence[str]) -> dict[str, Names]:
    place = ("registration", "reasons")
    table = reader.table(value, place, required=(), optional=fields)
    found = {}
    for field, names in table.items():
        found[field] = reader.names(names, (*place, field))
        for language, reason in found[field].items():
            if len(tidy(reason)) > MOST_OF_REASON:
                what = f"the reason has {len(tidy(reason))} letters"
                reader.note((*place, field, language), what, f"write at most {MOST_OF_REASON}")
    return found
