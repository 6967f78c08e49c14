"""Which column of a list of sessions, or of a roll, holds what: as bodies name their columns."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from server.rules.reader import nearest, shown
from wire.folding import folded

SESSIONS: Final = {
    "session": "session, id, code, identifiant, رمز الجلسة, الرمز",
    "name_ar": "name_ar, intitulé en arabe, titre en arabe, nom en arabe, العنوان, الموضوع, عنوان الجلسة",
    "name_fr": "name_fr, intitulé, titre, objet, nom, intitulé en français, العنوان بالفرنسية",
    "kind": "kind, type, nature, النوع, الصنف",
    "series": "series, série, cycle, programme, السلسلة, البرنامج",
    "territory": "territory, territoire, délégation, المجال الترابي, المندوبية",
    "place": "place, lieu, salle, venue, المكان, القاعة",
    "date": "date, dates, jour, jours, période, التاريخ, اليوم",
}
"""What a list of sessions may hold, and how it is named. The first word is what our files write."""
ROLL: Final = {
    "who": (
        "who, participant, nom, nom et prénom, nom complet, association, bénéficiaire, card, carte, "
        "n° de carte, ppr, n° ppr, matricule, numéro, number, member, contact, المشارك, الاسم الكامل, "
        "الجمعية, رقم التأجير, رقم البطاقة, الرقم"
    ),
    "behalf": "behalf, for, pour, au nom de, représente, organisme, structure, عن, باسم, الهيئة, يمثل",
    "attended": "attended, present, présent, présence, présent(e), émargement, حاضر, الحضور",
}
"""What a roll may hold."""
NOTHING: Final = "-"
_NOT_READ: Final = frozenset({"refused_row", "refused_column", "refused_why"})


class ListColumns(NamedTuple):
    """What the columns of a list hold: fields by number from 0; those that are not read; what is wrong."""

    names: Sequence[str]
    fields: Mapping[int, str]
    left: Sequence[str]
    problems: Sequence[str]

    def name_of(self, wanted: str) -> str:
        """Give the list's own name of the column that holds a field, or the field's."""
        return next((self.names[at] for at, found in self.fields.items() if found == wanted), wanted)

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Give a row's cells by what they hold."""
        return {found: row[at].strip() if at < len(row) else "" for at, found in self.fields.items()}


def recognises(fields: Mapping[str, str]) -> Callable[[Sequence[str]], int]:
    """Give what counts the columns that are known by their names."""

    def recognised(names: Sequence[str]) -> int:
        return sum(folded(name) in _by_name(tuple(fields.items())) for name in names)

    return recognised


def columns_of(
    names: Sequence[str], chosen: Mapping[str, str], fields: Mapping[str, str], needed: Sequence[str]
) -> ListColumns:
    """Say what each column holds; ``chosen`` maps a column's name to a field, or to ``-`` for nothing."""
    problems = [
        f"--map: the list has no column {shown(name)}; it has {', '.join(map(shown, names))}"
        for name in chosen
        if name not in names
    ]
    problems += [_bad_field(wanted, fields) for wanted in chosen.values() if wanted not in {*fields, NOTHING}]
    by_number: dict[int, str] = {}
    left: list[str] = []
    for at, name in enumerate(names):
        found = chosen.get(name) or _by_name(tuple(fields.items())).get(folded(name), "")
        if not found or found == NOTHING:
            left += [name] if name and name not in _NOT_READ else []
        elif found in by_number.values():
            problems.append(f"two columns hold {found}: leave one out, --map '{name}=-'")
        else:
            by_number[at] = found
    problems += [
        f"no column holds {each}: say which does with --map 'COLUMN={each}'"
        for each in needed
        if each not in by_number.values()
    ]
    return ListColumns(names, by_number, left, problems)


def _bad_field(wanted: str, fields: Mapping[str, str]) -> str:
    near = nearest(wanted, list(fields))
    instead = f"write {near}" if near else f"write one of: {', '.join(fields)}, or - for nothing"
    return f"--map: {shown(wanted)} is nothing that is read; {instead}"


@cache
def _by_name(fields: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {folded(word): found for found, listed in fields for word in listed.split(",")}
