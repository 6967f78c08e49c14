"""What a live page is: where it stands, who may see it, what reads it, and how it is put into words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from server.rules.access import Action
from server.rules.wording import Words
from server.web.guard import SIGNED_IN, Access, Finder, needs, needs_somewhere
from server.web.hub import ALL_FAIRS

Moves = Callable[[Mapping[str, str]], str]
"""Gives whose moves make a page new, by the names in its path: a fair's id, or :data:`ALL_FAIRS`."""


def of_fair(params: Mapping[str, str]) -> str:
    """Be made new when the fair moves that the path names."""
    return params["fair"]


def of_all(_: Mapping[str, str]) -> str:
    """Be made new whenever any fair of the body moves."""
    return ALL_FAIRS


def no_doings() -> Mapping[str, "Doing"]:
    """Let a page only be looked at."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that a person decides on a page: judged for itself, done by ``doers["view.doing"]``."""

    action: Action
    find: Finder | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A live page.

    ``path`` names what it is about (``{fair:str}``); ``template`` extends ``live.html``, each block of
    it that begins with ``part_`` is kept new. ``action`` and ``find`` judge who may come in; without a
    ``find`` whoever may do that with anything, and the reader gives what ``may`` grants; without an
    ``action`` whoever has an account.
    ``words(data, words, now)`` makes of what the reader gave the ``page`` of the template, which has at
    least ``title`` and ``when`` (empty for none), in the reader's language, at ``now`` ms UTC.
    ``by_holder``: accounts of another role or scope see another page. ``audit``: what opening it is in
    the audit log, where it shows personal data. ``menu`` and ``icon``: how it stands in the menu.
    """

    name: str
    path: str
    template: str
    words: Callable[[Any, Words, int], Any]
    action: Action | None = None
    find: Finder | None = None
    moves: Moves = of_fair
    by_holder: bool = False
    audit: str = ""
    menu: str = ""
    icon: str = ""
    kind: str = "board"
    doings: Mapping[str, Doing] = field(default_factory=no_doings)

    @property
    def opt(self) -> dict[str, Access]:
        """Give what the guard is told of the page's routes."""
        return opt_of(self.action, self.find)

    def address(self, params: Mapping[str, str]) -> str:
        """Give where the page of these names is."""
        found = self.path
        for name, value in params.items():
            found = found.replace(f"{{{name}:str}}", value)
        return found

    @property
    def names(self) -> frozenset[str]:
        """Give what the path names."""
        return frozenset(part[1:].partition(":")[0] for part in self.path.split("/") if part.startswith("{"))


def opt_of(action: Action | None, find: Finder | None) -> dict[str, Access]:
    """Give what the guard is told of a route."""
    if action is None:
        return SIGNED_IN
    return needs(action, find) if find else needs_somewhere(action)
