"""Patterns that a body writes for its numbers: what both sides take, so that none keeps a program busy.

A number has at most :data:`LONGEST` characters. A pattern that repeats a group, or refers back to one,
may take longer than anybody waits even so; one with a few repeats of single characters may not.
"""

import re
from typing import Final

LONGEST: Final = 32
_LONGEST_PATTERN: Final = 60
_MOST_REPEATS: Final = 4
_REPEAT: Final = re.compile(r"[*+{]")
_REPEATED_GROUP: Final = re.compile(r"\)[*+{]|\\[1-9]|\(\?P=")


def is_pattern(text: str) -> bool:
    """Say whether a text is a regular expression at all."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def is_quick(pattern: str) -> bool:
    """Say whether no number keeps a pattern busy."""
    return (
        len(pattern) <= _LONGEST_PATTERN
        and len(_REPEAT.findall(pattern)) <= _MOST_REPEATS
        and _REPEATED_GROUP.search(pattern) is None
    )


def fits(pattern: str, number: str) -> bool:
    """Say whether the whole number follows a pattern; an empty one, and one that is no good, asks nothing."""
    if len(number) > LONGEST:
        return False
    if not pattern or not is_quick(pattern) or not is_pattern(pattern):
        return True
    return re.fullmatch(pattern, number) is not None
