"""Sessions that belong to no fair as tables for readers: who took part in which, and who was at one."""

from collections.abc import Mapping, Sequence

from server.rules.members.member import Member
from server.rules.sessions.matrix import Matrix, Part
from server.rules.sessions.partial import in_words
from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words


def name_of(person: str, named: Mapping[str, Member], words: Words) -> str:
    """Name somebody in the reader's script where that is known, else in the other; else by the number."""
    member = named.get(person)
    if member is None:
        return person
    names = (member.name_ar, member.name_latin)
    return next(filter(None, names if words.direction == "rtl" else reversed(names)), person)


def in_order(persons: Sequence[str], named: Mapping[str, Member], words: Words) -> list[str]:
    """Give people by their names; those who have none come last."""
    return sorted(persons, key=lambda each: (each not in named, name_of(each, named, words), each))


def matrix_table(matrix: Matrix, named: Mapping[str, Member], words: Words) -> Table:
    """Give who took part in which sessions: a row a participant, a column a session."""
    said = {
        Part.NONE: "",
        Part.INVITED: words.text("invited"),
        Part.ABSENT: words.text("absent"),
        Part.ATTENDED: words.text("present"),
    }
    columns = [
        Column(words.text("Name in Arabic")),
        Column(words.text("Name in Latin letters")),
        Column(words.text("Number"), Kind.CODE),
        *(
            Column(f"{words.name(each.names, each.session)} ({in_words(each.span, words)})")
            for each in matrix.sessions
        ),
        Column(words.text("Sessions attended"), Kind.WHOLE),
    ]
    rows: list[list[Cell]] = []
    for person in in_order(list(matrix.parts), named, words):
        member = named.get(person)
        names = (member.name_ar, member.name_latin) if member else ("", "")
        number = (member.employee_number if member else "") or person
        parts = [said[part] for part in matrix.parts[person]]
        rows.append([*names, number, *parts, matrix.count(person)])
    return Table(words.text("Participants and sessions"), columns, rows)
