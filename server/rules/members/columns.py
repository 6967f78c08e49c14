"""Which column of a list holds what: as bodies name their columns, in Arabic, French and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from server.rules.reader import nearest, shown
from wire.folding import folded

NAMES: Final = ("name_ar", "name_latin", "given_ar", "family_ar", "given_latin", "family_latin")
FIELDS: Final = {
    "member": "member, رقم العضو",
    "name_ar": (
        "name_ar, الاسم الكامل, الاسم والنسب, الإسم والنسب, الاسم العائلي والشخصي, الاسم بالعربية, "
        "الاسم الكامل بالعربية, nom arabe, nom en arabe, nom et prénom en arabe, nom complet arabe, "
        "arabic name"
    ),
    "name_latin": (
        "name_latin, nom et prénom, nom & prénom, nom prénom, prénom et nom, noms et prénoms, "
        "nom complet, full name, name, nom latin, nom en français, latin name, الاسم بالفرنسية, "
        "الاسم الكامل بالفرنسية, الاسم باللاتينية"
    ),
    "given_ar": "given_ar, الاسم الشخصي, الاسم الشخصي بالعربية, prénom arabe, prénom en arabe",
    "family_ar": (
        "family_ar, الاسم العائلي, النسب, اللقب, الاسم العائلي بالعربية, nom de famille arabe, "
        "nom de famille en arabe"
    ),
    "given_latin": "given_latin, prénom, prénoms, first name, given name, الاسم الشخصي بالفرنسية",
    "family_latin": "family_latin, nom de famille, last name, family name, surname, الاسم العائلي بالفرنسية",
    "category": "category, catégorie, situation, statut, qualité, الفئة, الصنف, الوضعية, الصفة",
    "principal": (
        "principal, ayant droit de, ayant-droit de, adhérent principal, PPR de l'adhérent, "
        "n° PPR du principal, dependant of, ذوي حقوق, من ذوي حقوق, رقم تأجير صاحب الحق, "
        "المنخرط الرئيسي, صاحب الحق"
    ),
    "birth": (
        "birth, date de naissance, né le, né(e) le, naissance, date of birth, birth date, "
        "تاريخ الازدياد, تاريخ الإزدياد, تاريخ الميلاد"
    ),
    "employee_number": (
        "employee_number, n° ppr, ppr, numéro ppr, n° de ppr, matricule, n° matricule, som, n° som, "
        "doti, n° doti, numéro d'employé, employee number, رقم التأجير, رقم التاجير, رقم الموظف, "
        "الرقم المالي"
    ),
    "phone": (
        "phone, téléphone, tél, tel, gsm, n° gsm, mobile, portable, n° de téléphone, "
        "numéro de téléphone, phone number, الهاتف, رقم الهاتف, الهاتف المحمول, الهاتف النقال"
    ),
    "email": (
        "email, e-mail, mail, courriel, adresse e-mail, adresse électronique, البريد الإلكتروني, "
        "البريد الالكتروني"
    ),
    "territory": (
        "territory, territoire, commune, centre, délégation, ville, الجماعة, المركز, المندوبية, "
        "المدينة, المجال الترابي"
    ),
    "language": "language, langue, اللغة",
    "kinds": "kinds, kind, type de contact, nature, نوع جهة الاتصال, النوع",
    "national_id": (
        "national_id, cin, cnie, n° cin, n° cnie, c.i.n, carte nationale, رقم البطاقة الوطنية, "
        "البطاقة الوطنية, ب.و, رقم ب.و.ت.إ"
    ),
    "national_id_kept": "national_id_kept",
    "deactivated": "deactivated, désactivé le, désactivé, تاريخ التعطيل",
}
"""What a column may hold, and how bodies name it. The first word is the one that an export writes."""
_ALONE: Final = {
    "nom": ("family_latin", "name_latin", "given_latin"),
    "الاسم": ("given_ar", "name_ar", "family_ar"),
}
"""What is half of a name beside the other half (the last), and a whole one without it."""
_NOT_READ: Final = ("refused_row", "refused_column", "refused_why")
"""Columns of a list of refused rows: such a list may be mended and imported itself."""
NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a list hold: fields by number from 0; and what is wrong with them.

    ``left`` are the columns that are not imported, with why.
    """

    names: Sequence[str]
    fields: Mapping[int, str]
    left: Sequence[tuple[str, str]] = ()
    problems: Sequence[str] = field(default_factory=list)

    def name_of(self, wanted: str) -> str:
        """Give the list's own name of the column that holds a field, or the field's."""
        return next((self.names[at] for at, found in self.fields.items() if found == wanted), wanted)


def recognised(names: Sequence[str]) -> int:
    """Count the columns that are known by their names."""
    keys = [folded(name) for name in names]
    return sum(bool(key) and (key in _by_name() or key in _alone()) for key in keys)


def columns_of(names: Sequence[str], chosen: Mapping[str, str], *, with_national_ids: bool) -> Columns:
    """Say what each column holds; ``chosen`` maps a column's name to a field, or to ``-`` for nothing."""
    problems = [_bad_choice(name, chosen[name], names) for name in chosen]
    by_number: dict[int, str] = {}
    left: list[tuple[str, str]] = []
    keys = [folded(name) for name in names]
    direct = {at: _by_name().get(key, "") for at, key in enumerate(keys)}
    for at, name in enumerate(names):
        if name.strip() in _NOT_READ:
            continue
        if not name.strip():
            left.append((f"column {at + 1}", "it has no name"))
            continue
        wanted = chosen.get(name.strip())
        if wanted == NOTHING:
            left.append((name, "left out as asked"))
            continue
        found = wanted or direct[at] or _as_part(keys[at], direct.values())
        if not found:
            near = nearest(name, list(FIELDS))
            left.append((name, f"not known; --map '{name}={near or 'FIELD'}' says what it holds"))
        elif found == "national_id" and not with_national_ids:
            left.append((name, "national ids are kept only under an authorisation of the CNDP, see docs"))
        else:
            by_number[at] = found
    problems += _doubled(names, by_number)
    if not any(found in NAMES or found == "member" for found in by_number.values()):
        problems.append("no column holds names: say which does with --map 'COLUMN=name_ar' or name_latin")
    return Columns(names, by_number, left, [problem for problem in problems if problem])


def _doubled(names: Sequence[str], by_number: Mapping[int, str]) -> list[str]:
    first: dict[str, int] = {}
    problems = []
    for at, found in by_number.items():
        if found in first:
            one, two = shown(names[first[found]]), shown(names[at])
            problems.append(
                f"the columns {one} and {two} both hold {found}: rename one in the file"
                if names[first[found]] == names[at]
                else f"the columns {one} and {two} both hold {found}: leave one out, --map '{names[at]}=-'"
            )
        first.setdefault(found, at)
    return problems


def _bad_choice(name: str, wanted: str, names: Sequence[str]) -> str:
    if name not in {each.strip() for each in names}:
        return f"--map: the list has no column {shown(name)}; it has {', '.join(map(shown, names))}"
    if wanted != NOTHING and wanted not in FIELDS:
        near = nearest(wanted, list(FIELDS))
        instead = f"write {near}" if near else f"write one of: {', '.join(FIELDS)}, or - for nothing"
        return f"--map: {shown(wanted)} is nothing that is kept; {instead}"
    return ""


def _as_part(key: str, others: object) -> str:
    """Give what a column named like half of a name holds, by whether the other half is there."""
    if key not in _alone():
        return ""
    half, whole, other = _alone()[key]
    return half if other in list(others) else whole  # type: ignore[call-overload]  # values of a mapping


@cache
def _by_name() -> Mapping[str, str]:
    return {folded(word): found for found, listed in FIELDS.items() for word in listed.split(",")}


@cache
def _alone() -> Mapping[str, tuple[str, str, str]]:
    return {folded(word): parts for word, parts in _ALONE.items()}
