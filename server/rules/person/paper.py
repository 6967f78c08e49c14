"""What is held about one person, on paper that the person can read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from server.rules.fair import FairDefinition
from server.rules.members.places import place_names
from server.rules.person.record import Happened, Looked, Record
from server.rules.report.model import Part, Report, Shape
from server.rules.report.names import Naming, face_names
from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words
from wire.events import (
    CardRevoked,
    Feedback,
    Passage,
    Registration,
    Reissue,
    SessionAttendance,
    SignUp,
    Visit,
    Withdrawal,
)

_DAY = 10
_MINUTE = 16
_MOST_OF_CELL = 80


def person_report(
    record: Record,
    definitions: Mapping[str, FairDefinition],
    latest: FairDefinition,
    words: Words,
    *,
    made: datetime,
    logo: bytes,
) -> Report:
    """Make the report; ``made`` is local time.

    ``definitions`` are the fairs' and name things; ``latest`` names what is of no fair, and has the theme.
    """
    telling = _Telling(record, definitions, latest, words)
    body = words.name(record.body, latest.body.id)
    return Report(
        words=words,
        body=body,
        title=words.text("What is kept about you"),
        lines=[telling.whose, words.text("You may have this corrected or erased: ask {body}.", body=body)],
        figures=[],
        parts=[part for part in telling.parts() if part.table.rows],
        made=made,
        note=words.text("Personal: for you alone."),
        colour=latest.theme.colour,
        accent=latest.theme.accent,
        logo=logo,
    )


class _Telling:
    """The parts, one after the other."""

    def __init__(
        self,
        record: Record,
        definitions: Mapping[str, FairDefinition],
        latest: FairDefinition,
        words: Words,
    ) -> None:
        self._record = record
        self._words = words
        self._definitions = definitions
        self._naming = {fair: Naming(definition, words) for fair, definition in definitions.items()}
        self._latest = Naming(latest, words)

    @property
    def whose(self) -> str:
        """Name the person, or the card of one without a name here."""
        member = self._record.member or {}
        names = [member.get("name_ar", ""), member.get("name_latin", "")]
        if self._words.direction != "rtl":
            names.reverse()
        cards = [each.card for each in self._record.cards[:1]]
        return next(filter(None, [*names, *cards]), "")

    def parts(self) -> Sequence[Part]:
        """Give every part; one of nothing has no rows."""
        return [
            self._who(),
            self._household(),
            self._cards(),
            self._consents(),
            self._happened(),
            self._invited(),
            self._handed_on(),
            self._looked(),
            self._days(),
        ]

    def _who(self) -> Part:
        words, member = self._words, self._record.member or {}
        said: list[tuple[str, str]] = [
            (words.text("Name in Arabic"), member.get("name_ar", "")),
            (words.text("Name in Latin letters"), member.get("name_latin", "")),
            (words.text("Category"), self._latest.category(member.get("category", ""))),
            (words.text("Date of birth"), member.get("birth", "")),
            (words.text("Employee number"), member.get("employee_number", "")),
            (words.text("Phone"), member.get("phone", "")),
            (words.text("E-mail"), member.get("email", "")),
            (words.text("Territory"), self._home(member.get("territory", ""))),
            (words.text("Language"), self._language(member.get("language", ""))),
            (words.text("National id, its end"), member.get("national_tail", "")),
            (words.text("Number in our register"), member.get("member", "")),
            (words.text("In our register since"), member.get("made_at", "")[:_DAY]),
            (words.text("Without rights since"), member.get("deactivated_at", "")[:_DAY]),
        ]
        rows: list[list[Cell]] = [[label, value] for label, value in said if value]
        return self._part(
            words.text("Who you are"), [words.text("What"), words.text("As it is kept")], rows, (1, 2)
        )

    def _home(self, key: str) -> str:
        own = self._latest.territory(key) if key else ""
        return own if own != key else self._words.name(place_names(key), key)

    def _language(self, key: str) -> str:
        words = self._words
        known = {
            "ar": words.text("Arabic"),
            "fr": words.text("French"),
            "zgh": words.text("Tamazight"),
            "en": words.text("English"),
        }
        return known.get(key, key)

    def _household(self) -> Part:
        words = self._words
        found = (
            [(words.text("Whose rights these are"), self._record.principal)] if self._record.principal else []
        )
        found += [(words.text("Dependant"), each) for each in self._record.dependants]
        rows: list[list[Cell]] = [[what, each.name_ar, each.name_latin] for what, each in found if each]
        names = [words.text("What"), words.text("Name in Arabic"), words.text("Name in Latin letters")]
        return self._part(words.text("Your household"), names, rows, (1, 1.5, 1.5))

    def _cards(self) -> Part:
        words = self._words
        rows: list[list[Cell]] = [
            [
                each.card,
                self._latest.category(each.category or ""),
                each.valid_from or "",
                each.valid_to or "",
                (each.refused_at or "")[:_DAY],
            ]
            for each in self._record.cards
        ]
        names = [
            words.text("Card"),
            words.text("Category"),
            words.text("Valid from"),
            words.text("Valid to"),
            words.text("Refused since"),
        ]
        return self._part(words.text("Your cards"), names, rows, (1.6, 1.2, 1, 1, 1))

    def _consents(self) -> Part:
        words = self._words
        rows: list[list[Cell]] = [
            [each.consent, str(each.version), self._language(each.language), _minute(each.at)]
            for each in self._record.consents
        ]
        names = [
            words.text("Consent"),
            words.text("Version"),
            words.text("Language"),
            words.text("Agreed at"),
        ]
        return self._part(words.text("What you agreed to"), names, rows, (2, 1, 1, 1.4))

    def _happened(self) -> Part:
        words = self._words
        rows: list[list[Cell]] = []
        for each in self._record.happened:
            # Alone in its cell: a phone among Arabic words would change its places.
            said = _lines_of(" / ".join(filter(None, self._said(each))))
            about = " · ".join(filter(None, self._about(each)))
            rows.append([_minute(each.at), self._what(each), self._place(each), about, said[0]])
            rows += [["", "", "", "", line] for line in said[1:]]
        names = [
            words.text("When"),
            words.text("What"),
            words.text("Where"),
            words.text("Details"),
            words.text("What was written"),
        ]
        return self._part(words.text("What you did at our fairs"), names, rows, (1.3, 1, 1.6, 1.5, 1.9))

    def _what(self, each: Happened) -> str:
        words = self._words
        names = {
            Visit.kind: words.text("Visit"),
            SessionAttendance.kind: words.text("At a session"),
            SignUp.kind: words.text("Sign-up"),
            Withdrawal.kind: words.text("Withdrawal"),
            Feedback.kind: words.text("Opinion"),
            Registration.kind: words.text("Registration"),
            Reissue.kind: words.text("Another card"),
            CardRevoked.kind: words.text("Card refused"),
        }
        if each.what == Passage.kind:
            return words.text("Came in") if each.about == "in" else words.text("Went out")
        return names.get(each.what, each.what)

    def _place(self, each: Happened) -> str:
        naming, definition = self._naming.get(each.fair), self._definitions.get(each.fair)
        if naming is None or definition is None:
            return f"{each.fair} · {each.booth}"
        return f"{self._words.name(definition.fair.names, each.fair)} · {naming.booth(each.booth)}"

    def _about(self, each: Happened) -> list[str]:
        naming = self._naming.get(each.fair, self._latest)
        about = []
        if each.what in {SignUp.kind, Withdrawal.kind}:
            about += [naming.offer(each.about), naming.partner(each.partner) if each.partner else ""]
        elif each.what == SessionAttendance.kind:
            about.append(naming.session(each.about))
        elif each.what == Feedback.kind:
            about += [face_names(self._words).get(str(each.face), "") if each.face else ""]
            about += map(naming.topic, each.topics)
        return [*about, self._words.text("Taken back") if each.was_wrong else ""]

    @staticmethod
    def _said(each: Happened) -> list[str]:
        phone = "" if each.phone == "given" else each.phone
        return [phone, each.text, each.note, *each.fields.values()]

    def _invited(self) -> Part:
        words = self._words
        rows: list[list[Cell]] = []
        for each in self._record.invited:
            naming, definition = self._naming.get(each.fair), self._definitions.get(each.fair)
            session = naming.session(each.session) if naming else each.session
            where = self._words.name(definition.fair.names, each.fair) if definition else ""
            rows.append([session, where])
        return self._part(
            words.text("Lists of sessions that name you"),
            [words.text("Session"), words.text("Stop")],
            rows,
            (1, 1),
        )

    def _handed_on(self) -> Part:
        words = self._words
        rows: list[list[Cell]] = [
            [
                _minute(each.at),
                self._latest.partner(each.partner) if each.partner else words.text("Our own use"),
                each.file,
            ]
            for each in self._record.handed_on
        ]
        names = [words.text("When"), words.text("To whom"), words.text("File")]
        return self._part(words.text("Files that may hold your data"), names, rows, (1.2, 1.6, 2))

    def _looked(self) -> Part:
        words = self._words
        rows: list[list[Cell]] = [
            [_minute(each.at), each.who, self._look(each)] for each in self._record.looked
        ]
        return self._part(
            words.text("Who has looked at your data"),
            [words.text("When"), words.text("Who"), words.text("What")],
            rows,
            (1.2, 1.6, 2),
        )

    def _look(self, each: Looked) -> str:
        words = self._words
        found = {
            "find": words.text("Search"),
            "ask find": words.text("Search"),
            "ask likely": words.text("Search"),
            "ask confirm": words.text("Search"),
            "show": words.text("View"),
            "register": words.text("Registration"),
            "issue cards": words.text("Another card"),
            "reissue": words.text("Another card"),
            "revoke": words.text("Card refused"),
            "deactivate": words.text("Rights taken away"),
            "person export": words.text("Copy of your data"),
            "person rectify": words.text("Correction"),
        }
        return found.get(each.what, each.what)

    def _days(self) -> Part:
        words, days = self._words, self._record.days
        names = {
            "visits": words.text("Visits"),
            "registrations": words.text("Registrations"),
            "sign_ups": words.text("Sign-ups"),
            "sessions": words.text("Sessions"),
            "feedback": words.text("Opinions"),
            "audit": words.text("Who has looked"),
        }
        rows: list[list[Cell]] = [[name, days[purpose]] for purpose, name in names.items() if purpose in days]
        columns = [Column(words.text("What")), Column(words.text("Days after the tour"), Kind.WHOLE)]
        return Part(Table(words.text("How long it is known whose data these are"), columns, rows), Shape.WIDE)

    @staticmethod
    def _part(title: str, names: Sequence[str], rows: list[list[Cell]], weights: Sequence[float]) -> Part:
        return Part(Table(title, [Column(name) for name in names], rows), Shape.WIDE, weights=weights)


def _lines_of(text: str) -> list[str]:
    """Break a long text into pieces that a cell holds; at least one, perhaps empty."""
    found = [""]
    for word in text.split():
        if found[-1] and len(found[-1]) + len(word) >= _MOST_OF_CELL:
            found.append("")
        found[-1] = f"{found[-1]} {word}".strip()
    return [
        piece[at : at + _MOST_OF_CELL] for piece in found for at in range(0, len(piece) or 1, _MOST_OF_CELL)
    ]


def _minute(at: str) -> str:
    """Give an ISO moment to the minute, without its offset."""
    return at[:_MINUTE].replace("T", " ")
