"""Members as kiosks ask about them: who has all the words of a name, a phone, which card is in force."""

from collections.abc import Collection, Generator, Sequence
from datetime import date
from typing import Final

from sqlalchemy import func, or_, select

from server.rules.members.member import Member
from server.rules.members.search import MOST_LETTERS, mask_of
from server.store import tables as t
from server.store.members import Members
from server.store.registry import CardRow

_COUNT_TO: Final = 8000
_AT_ONCE: Final = 50
_TELLS_NOBODY: Final = 1000


class AskedMembers(Members):
    """The members on one connection, with what the replies to asks are made of."""

    def by_phone(self, phone: str, most: int) -> list[Member]:
        """Give at most so many who have this phone, E.164."""
        query = self._all().where(t.member.c.phone == phone, t.member.c.phone != "")
        # In no order: SQLite would walk all members in that order instead of looking the phone up.
        return list(self._read(query.limit(most)))

    def named(self, words: Sequence[str], birth: str) -> Generator[Member, None, None]:
        """Give those whose names have all these folded words, perhaps others as well, in either script.

        Those whose births contradict this one, ISO and perhaps in part, are left out, and whose are
        unknown come last. One word alone that thousands have tells nobody.
        """
        counts = {word: self._commonness_of(word) for word in {word[:MOST_LETTERS] for word in words}}
        rarest = min(counts, key=lambda word: counts[word])
        if len(counts) == 1 and counts[rarest] > _TELLS_NOBODY:
            return
        mask = mask_of(counts)
        table = t.member_word
        query = (
            self._all()
            .join_from(
                table,
                t.member,
                (t.member.c.body == table.c.body) & (t.member.c.member == table.c.member),
            )
            .where(table.c.body == self._body, table.c.word == rarest)
            .where(table.c.mask.bitwise_and(mask) == mask)
            # A space stands before each word; whether one goes on is for the caller to see.
            .where(*(t.member.c.words.contains(f" {word}", autoescape=True) for word in counts))
        )
        if birth:
            known = [birth[:length] for length in (0, 4, 7, 10) if length <= len(birth)]
            query = query.where(or_(t.member.c.birth.in_(known), t.member.c.birth.startswith(f"{birth}-")))
            query = query.order_by(t.member.c.birth.desc())
        yield from self._read(query, _AT_ONCE)

    def cards_in_force(self, members: Collection[str], today: date) -> dict[str, CardRow]:
        """Give the newest card in force of each of these who has one: neither refused nor out of its days."""
        table, card, revoked = t.member_card, t.card, t.revoked_card
        query = (
            select(table.c.member, *(card.c[name] for name in CardRow.__dataclass_fields__))
            .join_from(table, card, (card.c.body == table.c.body) & (card.c.card == table.c.card))
            .outerjoin(revoked, (revoked.c.body == table.c.body) & (revoked.c.card == table.c.card))
            .where(table.c.body == self._body, revoked.c.card.is_(None))
            .where(card.c.valid_from <= today.isoformat(), card.c.valid_to >= today.isoformat())
        )
        rows = sorted(
            self._for_each(table.c.member, members, query), key=lambda row: (row.issued_at, row.card)
        )
        return {member: CardRow(*card_row) for member, *card_row in rows}

    def bearer(self, card: str) -> Member | None:
        """Give who holds a card that is not refused."""
        query = select(t.revoked_card.c.card).where(
            t.revoked_card.c.body == self._body, t.revoked_card.c.card == card
        )
        if self._c.execute(query).first():
            return None
        member = self.holders([card]).get(card, "")
        return self.get([member]).get(member)

    def known_since(self, members: Collection[str]) -> dict[str, int]:
        """Give when each of these came to be known, ms UTC."""
        query = select(t.member.c.member, t.member.c.made_at).where(t.member.c.body == self._body)
        return {row.member: row.made_at for row in self._for_each(t.member.c.member, members, query)}

    def _commonness_of(self, word: str) -> int:
        whose = (t.member_word.c.body == self._body, t.member_word.c.word == word)
        counted = select(t.member_word.c.word).where(*whose).limit(_COUNT_TO)
        return int(self._c.execute(select(func.count()).select_from(counted.subquery())).scalar_one())
