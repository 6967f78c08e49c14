"""The words that bodies write for categories, kinds of contact and languages, in three languages."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, TypeVar

from server.rules.members.member import Kind
from server.rules.members.texts import Unfit
from server.rules.reader import shown
from wire.card import Category
from wire.folding import folded

_Choice = TypeVar("_Choice")
_BETWEEN: Final = re.compile(r"[,;/،\n]")
MEMBERS_CATEGORIES: Final = (
    Category.ACTIVE,
    Category.RETIRED,
    Category.WIDOW,
    Category.CHILD,
    Category.OTHER,
)
_CATEGORIES: Final = {
    Category.ACTIVE: "active, actif, active, en activité, en service, مزاول, مزاولة, نشيط, نشيطة, عامل",
    Category.RETIRED: "retired, retraité, retraitée, retraité(e), pensionné, متقاعد, متقاعدة",
    Category.WIDOW: "widow, widower, veuve, veuf, veuf(ve), veuve/veuf, أرملة, أرمل, الأرامل, أرامل",
    Category.CHILD: "child, enfant, orphelin, orpheline, fils, fille, طفل, طفلة, ابن, ابنة, بنت, يتيم, يتيمة",
    Category.OTHER: "other, autre, ayant droit, ayant-droit, conjoint, conjointe, épouse, époux, "
    "ذوي الحقوق, ذو حق, أخرى, آخر, زوج, زوجة",
}
_KINDS: Final = {
    Kind.MEMBER: "member, membre, adhérent, adhérente, منخرط, منخرطة, عضو, عضوة",
    Kind.BENEFICIARY: "beneficiary, bénéficiaire, مستفيد, مستفيدة",
    Kind.DONOR: "donor, donateur, donatrice, متبرع, متبرعة, مانح, مانحة, محسن",
    Kind.PARTNER: "partner, partenaire, شريك, شريكة",
}
_LANGUAGES: Final = {
    "ar": "ar, arabe, arabic, عربية, العربية",
    "fr": "fr, français, french, فرنسية, الفرنسية",
    "zgh": "zgh, tamazight, amazigh, أمازيغية, الأمازيغية, ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "en": "en, anglais, english, إنجليزية, الإنجليزية",
}


def category(text: str) -> int:
    """Read a category; raises :class:`Unfit`."""
    found = _categories().get(folded(text))
    if found is None:
        listed = ", ".join(each.name.lower() for each in MEMBERS_CATEGORIES)
        raise Unfit(f"{shown(text)} is no category", f"write one of: {listed} (or in French, in Arabic)")
    return int(found)


def kinds(text: str) -> int:
    """Read what a contact is to the body, several with commas between; raises :class:`Unfit`."""
    found = 0
    for word in _BETWEEN.split(text):
        if not word.strip():
            continue
        kind = _kinds().get(folded(word))
        if kind is None:
            what = f"{shown(word.strip())} is no kind of contact"
            raise Unfit(what, "write one or more of: member, beneficiary, donor, partner")
        found |= int(kind)
    return found or int(Kind.MEMBER)


def language(text: str) -> str:
    """Read a language; raises :class:`Unfit`."""
    found = _languages().get(folded(text))
    if found is None:
        raise Unfit(f"{shown(text)} is no language of the kiosks", "write one of: ar, fr, zgh, en")
    return found


@cache
def _categories() -> Mapping[str, Category]:
    return _by_word(_CATEGORIES)


@cache
def _kinds() -> Mapping[str, Kind]:
    return _by_word(_KINDS)


@cache
def _languages() -> Mapping[str, str]:
    return _by_word(_LANGUAGES)


def _by_word(words: Mapping[_Choice, str]) -> dict[str, _Choice]:
    return {folded(word): choice for choice, listed in words.items() for word in listed.split(",")}
