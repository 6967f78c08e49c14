"""Names as they are compared: two ways of writing one name fold to the same text.

Nothing folded is ever shown. Both scripts have their own rules and neither is derived from the
other; a name is compared with names of its own script. The rules, in order:

1. NFKC, letters of no case; what is invisible (marks of direction, joiners) goes; digits of any
   script are what they count.
2. Arabic: no vowel marks, no tatweel; أ إ آ ٱ are ا, ى is ي, ة is ه, گ ڭ ݣ are ك; a hamza's seat is
   its letter (ؤ و, ئ ي) and a hamza by itself is not heard.
3. Latin: no accents; a doubled letter is one (Mohammed, Hassan).
4. What joins two names stands with the second: Ben Haddou is Benhaddou, عبد الله is عبدالله, and
   the article is ``el`` however it is written.
5. A few names that offices write in several ways are one (:data:`ALIASES`).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# What is left to do once marks above and below are gone, which أ إ آ ؤ ئ are letters with.
_LETTERS: Final = str.maketrans(
    {"ٱ": "ا", "ى": "ي", "ة": "ه", **dict.fromkeys("گڭݣ", "ك"), "ء": "", "ـ": "", "œ": "oe", "æ": "ae"}
)
_UNHEARD: Final = frozenset({"Mn", "Me", "Cf"})
"""Marks above and below, and what nobody sees."""
# Within a name these are no break: D'Angelo, Ma'arif.
_WITHIN: Final = frozenset("'`\u2018\u2019\u00b4\u02b9\u02bc\u02be\u02bf")
_DOUBLED: Final = re.compile(r"([a-z])\1+")
_ARTICLES: Final = frozenset({"al", "el"})
_JOINING: Final = frozenset(
    {
        *("ben", "bin", "bent", "bint", "ibn", "bou", "abou", "abu", "oum", "el", "ait", "oulad", "ould"),
        *("abd", "abdel", "abdul", "sidi", "moulay", "lala"),
        *("بن", "ابن", "بنت", "بو", "ابو", "ام", "ايت", "ال", "عبد", "ولد", "اولاد", "سيدي", "مولاي", "لالا"),
    }
)
ALIASES: Final[dict[str, str]] = {
    spelling: name
    for name, spellings in {
        "mohamed": "mohamad muhamad muhamed mouhamad mouhamed mohamd med md",
        "ahmed": "ahmad",
        "yousef": "yusef yusuf yousouf youcef yosef",
        "husein": "houcine hocine houseine husayn hosein lhoucine elhoucine",
        "hasan": "hasane",
        "abdelah": "abdalah abdulah abdilah",
        "abderahman": "abdurahman abdelrahman abdulrahman aberahmane abderahmane",
        "khadija": "khadidja khadijah",
        "aicha": "aisha ayesha",
        "fatima": "fatema fatimah",
        "zahra": "ezahra zohra ezohra",
        "guelmim": "goulimine goulmim gulmim",
        "كلميم": "كليميم كولميم",
    }.items()
    for spelling in spellings.split()
}
"""Ways to write a word, already folded by the rules before, and the one that stands for them."""


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Fold a name; words are parted by one space each, and what joins stands with what it joins.

    The empty text for one that holds neither letter nor digit. Equal texts mean: likely one name.
    """
    words = [ALIASES.get(word, word) for word in _words(name)]
    found: list[str] = []
    joined = ""
    for word in words:
        joined += word
        if word not in _JOINING:
            joined = _DOUBLED.sub(r"\1", joined)
            found.append(ALIASES.get(joined, joined))
            joined = ""
    if joined:
        found.append(joined)
    return " ".join(found)


def match(one: str, other: str) -> bool:
    """Say whether two ways of writing, in one script, are likely the same name, in whatever order."""
    mine, yours = folded(one), folded(other)
    return bool(mine) and (sorted(mine.split()) == sorted(yours.split()) or _close(mine) == _close(yours))


def _close(text: str) -> str:
    return text.replace(" ", "")


def _words(name: str) -> list[str]:
    letters = []
    for letter in unicodedata.normalize("NFKD", name.casefold()):
        kind = unicodedata.category(letter)
        if kind == "Nd":
            letters.append(str(unicodedata.digit(letter)))
        elif kind[0] in "LN":
            letters.append(letter)
        elif kind not in _UNHEARD and letter not in _WITHIN:
            letters.append(" ")
    text = _DOUBLED.sub(r"\1", "".join(letters).translate(_LETTERS))
    return ["el" if word in _ARTICLES else word for word in text.split()]
