"""Who was erased, by marks, and of which facts nobody is told any more whose they are."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select

from server.rules.person.marks import What, mark_of
from server.store import tables as t
from server.store.statements import Statements


class Erased(Statements):
    """The marks of one body on one connection, inside the caller's transaction."""

    def is_empty(self) -> bool:
        """Say whether nobody was ever erased."""
        query = select(t.erased.c.mark).where(t.erased.c.body == self._body).limit(1)
        return self._c.execute(query).first() is None

    def when(self, what: What, values: Collection[str], key: bytes) -> dict[str, int]:
        """Give those of these cards or numbers that were erased, and when, ms UTC."""
        if not values or self.is_empty():
            return {}
        marks = {mark_of(what, value, key): value for value in values if value}
        query = select(t.erased.c.mark, t.erased.c.erased_at).where(t.erased.c.body == self._body)
        return {marks[mark]: at for mark, at in self._for_each(t.erased.c.mark, marks, query)}

    def all(self) -> dict[str, int]:
        """Give every mark, and when its owner was erased, ms UTC."""
        query = select(t.erased.c.mark, t.erased.c.erased_at).where(t.erased.c.body == self._body)
        return {mark: at for mark, at in self._c.execute(query)}  # noqa: C416 - dict() would take a result for a mapping

    def add(self, marks: Mapping[str, int]) -> None:
        """Write marks down; one that is there stays, with the later moment."""
        before = self.all() if len(marks) > 1 else {}
        rows = [{"mark": mark, "erased_at": max(at, before.get(mark, 0))} for mark, at in marks.items()]
        self._upsert(t.erased, rows, ("erased_at",))

    # -- what is over ------------------------------------------------------------------------

    def unlinked(self) -> set[tuple[str, str]]:
        """Give the fairs, each with a purpose, whose facts are nobody's any more."""
        query = select(t.unlinked.c.fair, t.unlinked.c.purpose).where(t.unlinked.c.body == self._body)
        return {(fair, purpose) for fair, purpose in self._c.execute(query)}

    def unlink(self, fairs: Collection[str], purposes: Collection[str], at: int) -> None:
        """Write down that these purposes of these fairs are over, since this ms UTC."""
        rows = [
            {"fair": fair, "purpose": purpose, "unlinked_at": at} for fair in fairs for purpose in purposes
        ]
        self._upsert(t.unlinked, rows, ())

    def lift(self, lifted: Collection[tuple[str, str]]) -> None:
        """Let facts of these purposes at these fairs be somebody's again, from now on."""
        c = t.unlinked.c
        for fair, purpose in lifted:
            self._c.execute(
                delete(t.unlinked).where(c.body == self._body, c.fair == fair, c.purpose == purpose)
            )
