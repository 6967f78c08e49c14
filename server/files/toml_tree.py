"""TOML's syntax tree: which line each key and entry stands in, and what is too much to read."""

import tomllib
from typing import Final

import tree_sitter_toml
from tree_sitter import Language, Node, Parser, Tree, TreeCursor

from server.rules.reader import Place

MAX_DEPTH: Final = 48
"""Tables and lists stand in one another at most so many levels deep, as the tree counts them."""
MAX_NUMBER: Final = 400
"""A number has at most so many characters; Python refuses some thousand."""
MAX_ROW: Final = 20_000
"""A line has at most so many characters: tomllib's time grows with the square of a key's parts."""

_SCALARS = frozenset({"integer", "float"})


def parse(text: str) -> Tree:
    """Make the tree of a text; where it is not TOML, the tree says so in its nodes."""
    return Parser(Language(tree_sitter_toml.language())).parse(text.encode())


def beyond_reading(text: str) -> tuple[int, str, str] | None:
    """Find what would exhaust tomllib's stack or time, before it is asked.

    Gives its line, what it is, and what to write instead.
    """
    for number, row in enumerate(text.split("\n"), 1):
        if len(row) > MAX_ROW:
            return number, f"the line has {len(row)} characters", f"write at most {MAX_ROW} in one line"
    cursor = parse(text).walk()
    while True:
        node = cursor.node
        if node is not None and cursor.depth > MAX_DEPTH:
            what = f"tables or lists stand in one another more than {MAX_DEPTH} levels deep"
            return node.start_point.row + 1, what, "close the brackets where they belong"
        if node is not None and node.type in _SCALARS and node.end_byte - node.start_byte > MAX_NUMBER:
            digits = node.end_byte - node.start_byte
            return node.start_point.row + 1, f"a number has {digits} digits", "write a shorter one"
        if not (cursor.goto_first_child() or _goto_next(cursor)):
            return None


def _goto_next(cursor: TreeCursor) -> bool:
    """Go to the next node that is not below this one."""
    while not cursor.goto_next_sibling():
        if not cursor.goto_parent():
            return False
    return True


class _Lines:
    """Walks a tree and keeps the line of each place."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {(): 1}
        self._entries: dict[Place, int] = {}

    def section(self, node: Node) -> None:
        """Take in ``[table]`` or ``[[entry of a list]]`` with its pairs."""
        if not node.named_children:
            return
        header, *rest = node.named_children
        keys = _keys(header)
        if node.type == "table":
            here = self._resolved(keys)
        else:
            listed = (*self._resolved(keys[:-1]), *keys[-1:])
            self._entries[listed] = self._entries.get(listed, -1) + 1
            here = (*listed, self._entries[listed])
        self._mark(here, node)
        for child in rest:
            if child.type == "pair":
                self.pair(here, child)

    def pair(self, place: Place, node: Node) -> None:
        """Take in ``key = value``, whatever is in the value."""
        children = [child for child in node.named_children if child.type != "comment"]
        if children:
            here = (*place, *_keys(children[0]))
            self._mark(here, node)
            self._value(here, children[-1])

    def _value(self, place: Place, node: Node) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        if node.type == "inline_table":
            for child in children:
                if child.type == "pair":
                    self.pair(place, child)
        elif node.type == "array":
            for number, child in enumerate(children):
                self._mark((*place, number), child)
                self._value((*place, number), child)

    def _resolved(self, keys: list[str]) -> Place:
        """Give the place of a section: below a list, its latest entry is meant."""
        place: Place = ()
        for key in keys:
            place = (*place, key)
            if place in self._entries:
                place = (*place, self._entries[place])
        return place

    def _mark(self, place: Place, node: Node) -> None:
        row = node.start_point.row + 1
        self.lines[place] = row
        for length in range(1, len(place)):
            self.lines.setdefault(place[:length], row)


def lines_of(tree: Tree) -> dict[Place, int]:
    """Give the line, from 1, of each key and each entry of a list."""
    walk = _Lines()
    for node in tree.root_node.named_children:
        if node.type == "pair":
            walk.pair((), node)
        elif node.type in {"table", "table_array_element"}:
            walk.section(node)
    return walk.lines


def _keys(node: Node) -> list[str]:
    """Read a bare, quoted or dotted key."""
    if node.type == "dotted_key":
        return [key for child in node.named_children for key in _keys(child)]
    text = (node.text or b"").decode()
    if node.type != "quoted_key":
        return [text]
    try:
        return list(tomllib.loads(f"{text} = 0"))
    except ValueError:
        return [text]
