"""Members of one body: looked up, written and found by the beginnings of their names."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, func, literal, select, update

from server.rules.members.member import Member
from server.rules.members.search import Query, Words, mask_of, words_of
from server.store import tables as t
from server.store.member_counts import MemberCounts, has_card
from server.store.merged import MergedMembers
from server.store.statements import Statements

_FIELDS: Final = tuple(Member.__struct_fields__)
_PRINCIPAL: Final = _FIELDS.index("principal")
_WRITTEN: Final = (*_FIELDS, "likeness", "words", "made_at", "changed_at")
_AFTER_ALL: Final = "\U0010ffff"
_COUNT_TO: Final = 8000
_STREAMED: Final = 2000


class Members(Statements):
    """The members on one connection, inside the caller's transaction."""

    def get(self, members: Collection[str]) -> dict[str, Member]:
        """Give those of these ids that there are."""
        return {row.member: _member(row) for row in self._for_each(t.member.c.member, members, self._all())}

    def by_number(self, numbers: Collection[str]) -> dict[str, Member]:
        """Give who has these employee numbers."""
        query = self._all().where(t.member.c.employee_number != "")
        found = self._for_each(t.member.c.employee_number, numbers, query)
        return {row.employee_number: _member(row) for row in found}

    def known(self, members: Collection[str]) -> dict[str, Member]:
        """Give those of these ids that there are; for one who turned out to be another, that one."""
        found = self.get(members)
        into = MergedMembers(self._c, self._body).into(set(members) - found.keys())
        others = self.get(set(into.values()))
        return {**found, **{member: others[other] for member, other in into.items() if other in others}}

    def by_likeness(self, likenesses: Collection[int]) -> dict[int, Member]:
        """Give who has no employee number and is like these, or was and turned out to be another."""
        query = self._all().add_columns(t.member.c.likeness).where(t.member.c.likeness.is_not(None))
        found = {row.likeness: _member(row) for row in self._for_each(t.member.c.likeness, likenesses, query)}
        into = MergedMembers(self._c, self._body).by_likeness(set(likenesses) - found.keys())
        others = self.get(set(into.values()))
        return {**found, **{likeness: others[other] for likeness, other in into.items() if other in others}}

    def principals(self, members: Collection[str]) -> set[str]:
        """Say which of these have dependants."""
        query = select(t.member.c.principal).where(t.member.c.body == self._body)
        query = query.where(t.member.c.principal.is_not(None)).distinct()
        return {row.principal for row in self._for_each(t.member.c.principal, members, query)}

    def dependants(self, principal: str) -> list[Member]:
        """Give the rest of a household."""
        where = t.member.c.principal == principal
        return [_member(row) for row in self._c.execute(self._all().where(where).order_by(t.member.c.member))]

    def all(self, kinds: int = 0) -> Iterator[Member]:
        """Give every member, by id; those alone who are one of these kinds, where such are given."""
        yield from self._read(self._all().where(*_of(kinds)).order_by(t.member.c.member))

    def numbers(self) -> Iterator[str]:
        """Give every employee number."""
        column = t.member.c.employee_number
        query = select(column).where(t.member.c.body == self._body, column != "")
        with self._c.execute(query, execution_options={"yield_per": _STREAMED}) as rows:
            yield from rows.scalars()

    def count(self, kinds: int = 0) -> int:
        """Count the members, all or those who are one of these kinds."""
        query = select(func.count()).select_from(t.member).where(t.member.c.body == self._body, *_of(kinds))
        return int(self._c.execute(query).scalar_one())

    def add(self, members: Sequence[Member], at: int) -> None:
        """Write new members down, at this ms UTC."""
        found = [(member, words_of(member)) for member in members]
        rows = ((*_values(member), member.likeness, _said(words), at, at) for member, words in found)
        self._add_many(t.member, _WRITTEN, rows)
        self._counts.add(members, at)
        self._add_words((member.member, words) for member, words in found)

    def change(self, changes: Sequence[tuple[Member, Member]], at: int) -> None:
        """Write members anew, at this ms UTC; gets each as it was and as it is."""
        if not changes:
            return
        words = [(words_of(before), words_of(after), after) for before, after in changes]
        rows = [
            {
                "id": after.member,
                **dict(zip(_FIELDS[1:], _values(after)[1:], strict=True)),
                "likeness": after.likeness,
                "words": _said(new),
                "changed_at": at,
            }
            for _, new, after in words
        ]
        one = (t.member.c.body == self._body, t.member.c.member == bindparam("id"))
        with self._counts.following([after.member for _, after in changes]):
            self._c.execute(update(t.member).where(*one), rows)
        other = [(old, new, after.member) for old, new, after in words if old != new]
        self._drop_words((member, old) for old, _, member in other)
        self._add_words((member, new) for _, new, member in other)

    def _drop_words(self, found: Iterable[tuple[str, Words]]) -> None:
        table = t.member_word
        keys = [
            {"a_word": word, "a_mask": words.mask, "a_member": member}
            for member, words in found
            for word in words.words
        ]
        if keys:
            one = (table.c.word == bindparam("a_word"), table.c.mask == bindparam("a_mask"))
            whose = (table.c.body == self._body, table.c.member == bindparam("a_member"))
            self._c.execute(delete(table).where(*whose, *one), keys)

    def _add_words(self, found: Iterable[tuple[str, Words]]) -> None:
        rows = [(word, words.mask, member) for member, words in found for word in words.words]
        # In the order of the key, so that pages of the tree are filled one after the other.
        self._add_many(t.member_word, ("word", "mask", "member"), sorted(rows))

    # -- finding -----------------------------------------------------------------------------

    def find(self, query: Query, most: int) -> list[Member]:
        """Give at most so many members who are meant: by what one alone has, else by names."""
        exact = self._exactly(query)
        if exact:
            return exact[:most]
        found = self._by_names(query.words, most)
        return found or (self._by_names(query.apart, most) if query.apart != query.words else [])

    def _exactly(self, query: Query) -> list[Member]:
        ids: set[str] = {query.member} if query.member else set()
        if query.card:
            ids.update(self.holders([query.card]).values())
        found = self.get(ids)
        found |= {member.member: member for member in self.by_number([query.number]).values()}
        if query.phone:
            where = (t.member.c.phone == query.phone, t.member.c.phone != "")
            found |= {row.member: _member(row) for row in self._c.execute(self._all().where(*where))}
        return list(found.values())

    def _by_names(self, words: Sequence[str], most: int) -> list[Member]:
        if not words:
            return []
        table, mask = t.member_word, mask_of(words)
        rarest = min(words, key=self._commonness) if len(words) > 1 else words[0]
        candidates = (
            select(table.c.member)
            .where(*self._begins(rarest), table.c.mask.bitwise_and(mask) == mask)
            .order_by(table.c.word)
        )
        # A mask says who may have the other words; the words themselves, who has.
        having = self._all().where(*(t.member.c.words.contains(f" {word}") for word in words))
        found: dict[str, Member] = {}
        at_once = {"yield_per": most * (4 if len(words) > 1 else 2)}
        with self._c.execute(candidates, execution_options=at_once) as rows:
            for partition in rows.partitions():
                members = self._for_each(t.member.c.member, {row.member for row in partition}, having)
                found |= {row.member: _member(row) for row in members[: most - len(found)]}
                if len(found) >= most:
                    break
        return list(found.values())

    def _commonness(self, word: str) -> int:
        """Count the members with a word of this beginning, as far as it matters."""
        first = select(literal(1).label("one")).select_from(t.member_word).where(*self._begins(word))
        query = select(func.count()).select_from(first.limit(_COUNT_TO).subquery())
        return int(self._c.execute(query).scalar_one())

    def _begins(self, word: str) -> tuple[Any, ...]:
        column = t.member_word.c.word
        return (t.member_word.c.body == self._body, column >= word, column < word + _AFTER_ALL)

    # -- cards -------------------------------------------------------------------------------

    def link_cards(self, links: Sequence[tuple[str, str]], event_id: str = "") -> None:
        """Write down who holds which card: (card, member); by which event, where a kiosk made it."""
        rows = ((card, member, event_id) for card, member in links)
        with self._counts.following({member for _, member in links}):
            self._add_many(t.member_card, ("card", "member", "event_id"), rows)

    def cards_of(self, members: Collection[str]) -> dict[str, list[str]]:
        """Give the numbers of the cards that these have held, refused ones as well."""
        query = select(t.member_card.c.member, t.member_card.c.card)
        query = query.where(t.member_card.c.body == self._body).order_by(t.member_card.c.card)
        found: dict[str, list[str]] = {}
        for row in self._for_each(t.member_card.c.member, members, query):
            found.setdefault(row.member, []).append(row.card)
        return found

    def holders(self, cards: Collection[str]) -> dict[str, str]:
        """Give who holds these cards."""
        query = select(t.member_card).where(t.member_card.c.body == self._body)
        return {row.card: row.member for row in self._for_each(t.member_card.c.card, cards, query)}

    def without_card(
        self, *, category: int | None, members: Collection[str] | None, most: int
    ) -> list[Member]:
        """Give at most so many active members who have no card that is in force, by id.

        Of one category, or of these ids, where such are given.
        """
        query = self._without_card(self._all(), category)
        if members is None:
            rows: Iterable[Any] = self._c.execute(query.order_by(t.member.c.member).limit(most))
        else:
            rows = self._for_each(t.member.c.member, members, query)[:most]
        return [_member(row) for row in rows]

    def count_without_card(self, category: int | None) -> int:
        """Count the active members who have no card that is in force, all or of one category."""
        query = select(func.count()).select_from(t.member).where(t.member.c.body == self._body)
        return int(self._c.execute(self._without_card(query, category)).scalar_one())

    def take_back(self, cards: Sequence[str]) -> None:
        """Forget cards that nobody has got."""
        with self._counts.following_cards(cards):
            for table in (t.member_card, t.card):
                one = (table.c.body == self._body, table.c.card == bindparam("number"))
                if cards:
                    self._c.execute(delete(table).where(*one), [{"number": card} for card in cards])

    def _without_card(self, query: Any, category: int | None) -> Any:
        query = query.where(t.member.c.deactivated_at.is_(None), ~has_card(self._body))
        return query if category is None else query.where(t.member.c.category == category)

    @property
    def _counts(self) -> MemberCounts:
        return MemberCounts(self._c, self._body)

    def _read(self, query: Any, at_once: int = _STREAMED) -> Iterator[Member]:
        """Give the members of a query over :meth:`_all`, so many rows fetched at a time."""
        with self._c.execute(query, execution_options={"yield_per": at_once}) as rows:
            yield from map(_member, rows)

    def _all(self) -> Any:
        return select(*(t.member.c[name] for name in _FIELDS)).where(t.member.c.body == self._body)


def _of(kinds: int) -> tuple[Any, ...]:
    return (t.member.c.kinds.bitwise_and(kinds) != 0,) if kinds else ()


def _values(member: Member) -> tuple[Any, ...]:
    values = msgspec.structs.astuple(member)
    return (*values[:_PRINCIPAL], values[_PRINCIPAL] or None, *values[_PRINCIPAL + 1 :])


def _member(row: Any) -> Member:
    """Make a member of a row that begins with its fields."""
    fields = dict(zip(_FIELDS, row, strict=False))
    fields["principal"] = fields["principal"] or ""
    return Member(**fields)


def _said(words: Words) -> str:
    """Give all words as one text that tells their beginnings: a space stands before each."""
    return "".join(f" {word}" for word in sorted(words.words))
