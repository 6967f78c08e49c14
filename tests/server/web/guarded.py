"""Two bodies on one server, alike but for their names, and every address of theirs.

What an address is about is said here once more, by what its path names, and not by what a route claims.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import msgspec
import uuid_utils

from server.account_office import AccountOffice
from server.intake import Intake
from server.members.membership import Membership
from server.office import Office
from server.rules.access import Holder, Role, Thing
from server.rules.fair import FairDefinition
from server.rules.members.member import Member
from server.rules.things import (
    booth_thing,
    fair_thing,
    member_thing,
    partner_thing,
    sign_ups_in_part,
    tour_in_part,
    tour_partner_thing,
    tour_thing,
)
from server.sessions.sessions import SessionOffice
from server.store.audit_log import AuditLog
from server.store.members import Members
from tests.server.web.stage import NOW, OTHER_BODY, Stage
from wire.described import Offer, Session
from wire.envelope import Batch, BatchHead
from wire.events import Event, Feedback, encode_event
from wire.private import seal_private
from wire.programme import Body, Territory

CITIES: Final = 34
HERE: Final = "fair-1"
"""Where the accounts of the matrix are at home, and where there is one of everything."""
FAIRS: Final = (HERE, "fair-2", "fair-11", "nowhere")
"""One's own, another city of the region, another region, and none."""
OURS: Final = "Étape"
THEIRS: Final = "Halte"
NOWHERE: Final = "nowhere"
ELSEWHERE: Final = "elsewhere"
"""A series of which no session is held where the accounts of the matrix are at home."""
_CITIES_OF: Final = (1, 2, 11)
"""The cities of :data:`FAIRS`: a session and a member in each."""
_IN_PART: Final = re.compile(r"(/api/tours|/tour)/\{tour\}(/files)?(/live)?")
"""Of tours that go far at these addresses each sees what is theirs; at others the whole or nothing."""


def meeting(number: int) -> str:
    """Name the session of a city that belongs to no fair."""
    return f"meeting-{number}"


def member(number: int) -> str:
    """Name the member who lives in a city."""
    return f"{number:016x}"


def city(definition: FairDefinition, number: int, mark: str = OURS) -> FairDefinition:
    """Give a fair of a city of its own, in a region of ten cities."""
    region, place = f"region-{number // 10}", f"city-{number}"
    territories = [
        Territory(id=region, names={"ar": region, "fr": region}),
        Territory(id=place, names={"ar": place, "fr": place}, parent=region),
    ]
    names = {"ar": f"{mark} ar {number}", "fr": f"{mark} {number}"}
    fair = msgspec.structs.replace(definition.fair, id=f"fair-{number}", names=names, territory=place)
    return msgspec.structs.replace(
        definition,
        fair=fair,
        territories=territories,
        levels=[],
        sessions=[Session(id="delegates", names=names)],
        offers=[Offer(id="loan", names=names, booth="bank", partner="bank")],
    )


class Filling(NamedTuple):
    """An address of a route; ``thing`` is what access is judged by, ``there``: so is all that it names."""

    address: str
    thing: Thing | None
    there: bool


@dataclass
class Side:
    """One body of a stage: its fairs, by whose names one knows them, and what there is."""

    stage: Stage
    office: Office
    mark: str
    definitions: dict[str, FairDefinition] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        return self.office.body

    @property
    def territories(self) -> list[Territory]:
        return [each for definition in self.definitions.values() for each in definition.territories]

    def holder(self, role: Role, **scope: Any) -> Holder:
        return Holder(body=self.body, role=role, **scope)

    def token(self, name: str, role: Role, **scope: Any) -> str:
        """Make a program's account."""
        people = AccountOffice(
            self.stage.home, self.stage.store, self.body, clock=self.stage.now, who="operator"
        )
        return people.token(name, self.holder(role, **scope))

    # -- what happens ------------------------------------------------------------------------

    def load(self, definitions: list[FairDefinition]) -> None:
        """Load the tour with these fairs."""
        body = Body(id=self.body, names={"ar": self.body, "fr": self.body})
        own = [msgspec.structs.replace(each, body=body) for each in definitions]
        self.office.load_tour(msgspec.structs.replace(self.stage._tour, body=body, fairs=own))  # noqa: SLF001
        self.definitions = {each.fair.id: each for each in own}

    def live(self) -> None:
        """Let there be one of everything at :data:`HERE`, and sessions and members in three cities."""
        membership = Membership(
            self.stage.home, self.stage.store, self.office, clock=self.stage.now, who="operator"
        )
        desk = SessionOffice(self.stage.store, membership)
        for number in _CITIES_OF:
            said = {"session": meeting(number), "name_fr": f"{self.mark} réunion {number}"}
            desk.add({**said, "territory": f"city-{number}", "series": "meetings"})
        far = {"session": "far", "name_fr": f"{self.mark} réunion {_CITIES_OF[-1]}"}
        desk.add({**far, "territory": f"city-{_CITIES_OF[-1]}", "series": ELSEWHERE})
        with self.stage.store.writing() as connection:
            Members(connection, self.body).add(
                [
                    Member(member=member(number), name_latin=f"{self.mark} Tazi", territory=f"city-{number}")
                    for number in _CITIES_OF
                ],
                NOW,
            )
        kiosk = self.office.add_kiosk("K-1", "bank", HERE)
        case = uuid_utils.uuid7().hex
        told = Event(
            event_id=case,
            occurred_at=NOW,
            monotonic_ms=1,
            boot_id="a" * 32,
            fair=HERE,
            booth="bank",
            fact=Feedback(face=1, urgent=True, sealed=self._sealed(f"{self.mark}: l'attente")),
        )
        intake = Intake(
            self.stage.store, self.body, digest_key=bytes.fromhex(self.stage.home.secrets.digest_key)
        )
        facts = (encode_event(told), b"no fact at all")
        intake.take([Batch(BatchHead(kiosk.row.device, 1, 1, len(facts)), facts)], self.stage.now())
        self.ids |= {"case": case}

    def look(self) -> None:
        """Note what became an exception; once the page is there."""
        hall = self.stage.server._site.halls[self.body]  # noqa: SLF001
        [item] = hall.readers["exceptions"]({"fair": HERE}, self.holder(Role.ADMIN)).waiting
        self.ids |= {"kind": str(item.kind), "item": item.key}

    def _sealed(self, text: str) -> bytes:
        return seal_private({"text": text}, bytes(self.stage.home.secrets.sealing_key.public_key))

    # -- every address -----------------------------------------------------------------------

    def fillings(self, path: str) -> Iterator[Filling]:
        """Fill a path in with what is there, then each name in turn with what is elsewhere or nowhere."""
        names = re.findall(r"\{(\w+)\}", path)
        known = self._known(path)
        unknown = [name for name in names if name not in known]
        assert not unknown, (
            f"{path} names {unknown}: say in guarded.py what that is, and what access it needs"
        )
        first = {name: known[name][0] for name in names}
        rows = [first]
        for name in names:
            rows += [{**first, name: other} for other in known[name][1:]]
        for row in rows:
            address = path
            for name, value in row.items():
                address = address.replace(f"{{{name}}}", value)
            yield Filling(address, self._thing(path, row), self._is_there(path, row))

    def _known(self, path: str) -> dict[str, tuple[str, ...]]:
        """Give what may stand for each name: first what is there, then what is elsewhere, or nowhere."""
        return {
            "fair": FAIRS,
            "tour": (self.stage._tour.id, NOWHERE),  # noqa: SLF001
            "booth": ("bank", "health", NOWHERE),
            "partner": ("bank", NOWHERE),
            "session": (
                "delegates" if "{fair}" in path else meeting(1),
                *map(meeting, _CITIES_OF[1:]),
                NOWHERE,
            ),
            "series": ("all", "meetings", ELSEWHERE, NOWHERE),
            "member": (*map(member, _CITIES_OF), NOWHERE, member(99)),
            "case": (self.ids["case"], NOWHERE),
            "kind": (self.ids["kind"], NOWHERE),
            "item": (self.ids["item"], NOWHERE),
            "day": ("2024-12-28", NOWHERE),
            "topic": ("_all",),
            "face": ("_all", "9"),
            "page": ("1", "99", NOWHERE),
        }

    def _thing(self, path: str, names: dict[str, str]) -> Thing | None:
        if "fair" in names:
            return self._at_fair(path, self.definitions.get(names["fair"]), names)
        if "tour" in names:
            return self._of_tour(path, names)
        if "series" in names:
            return self._of_series(names["series"])
        at_home = [names[name] for name in ("session", "member") if name in names]
        if not at_home:
            return Thing(body=self.body)
        lies = next((city for city in _CITIES_OF if at_home[0] in (meeting(city), member(city))), None)
        return None if lies is None else member_thing(self.body, f"city-{lies}", self.territories)

    @staticmethod
    def _at_fair(path: str, fair: FairDefinition | None, names: dict[str, str]) -> Thing | None:
        if fair is None:
            return None
        if "booth" in names:
            return booth_thing(fair, names["booth"])
        if "partner" in names:
            return partner_thing(fair, names["partner"])
        return sign_ups_in_part(fair) if "/sign-ups" in path else fair_thing(fair)

    def _of_series(self, series: str) -> Thing | None:
        held = {"all": _CITIES_OF, "meetings": _CITIES_OF, ELSEWHERE: _CITIES_OF[-1:]}.get(series)
        if held is None:
            return None
        lies = (member_thing(self.body, f"city-{number}", self.territories) for number in held)
        return Thing(body=self.body, parts=tuple(lies))

    def _of_tour(self, path: str, names: dict[str, str]) -> Thing | None:
        stops = [each for each in self.definitions.values() if each.fair.tour == names["tour"]]
        if "partner" in names:
            return tour_partner_thing(stops, names["partner"])
        return tour_in_part(stops) if _IN_PART.fullmatch(path) else tour_thing(stops)

    def _is_there(self, path: str, names: dict[str, str]) -> bool:
        is_here = names.get("fair", HERE) == HERE or not {"case", "kind", "item"} & names.keys()
        is_of_fair = "{fair}" not in path or names.get("session", "delegates") == "delegates"
        return is_here and is_of_fair and not {NOWHERE, "9", "99", member(99)} & set(names.values())


def two_bodies(directory: Path) -> tuple[Stage, Side, Side]:
    """Give a server of two bodies: 34 cities and the example, and two fairs that are called alike."""
    stage = Stage(directory)
    ours = Side(stage, stage.office, OURS)
    ours.load([stage.definition, *(city(stage.definition, number) for number in range(CITIES))])
    office = Office(stage.home, stage.store, keep_accounts=lambda _: None)
    office.add_body(OTHER_BODY, {"ar": OTHER_BODY, "fr": OTHER_BODY})
    theirs = Side(stage, office, THEIRS)
    theirs.load([city(stage.definition, number, THEIRS) for number in (1, 2, 11)])
    for side in (ours, theirs):
        side.live()
    stage.serve()
    for side in (ours, theirs):
        side.look()
        make_nothing(side)
    return stage, ours, theirs


def make_nothing(side: Side) -> None:
    """Let files be handed out that are made in no time: whoever may have them is what matters here."""
    halls: Any = side.stage.server._site.halls  # noqa: SLF001
    halls[side.body] = replace(halls[side.body], make=lambda *_: BytesIO(b"a file"))


def audited(stage: Stage, body: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Give who was refused what."""
    with stage.store.reading() as connection:
        rows = list(AuditLog(connection, body or stage.office.body).entries())
    return [(row.who, msgspec.json.decode(row.detail)) for row in rows if row.what == "refused"]


def changes(stage: Stage) -> list[str]:
    """Give what was done to personal data, but for being refused them."""
    with stage.store.reading() as connection:
        return [
            row.what for row in AuditLog(connection, stage.office.body).entries() if row.what != "refused"
        ]


def asking(stage: Stage, token: str) -> httpx.Client:
    return httpx.Client(base_url=stage.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)


class Answer(NamedTuple):
    """What came; of a stream its first message."""

    status: int
    text: str


def ask(client: httpx.Client, method: str, address: str, **more: Any) -> Answer:
    """Ask, and do not wait for the end of a stream."""
    with client.stream(method, address, **more) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            return Answer(answer.status_code, answer.read().decode(errors="replace"))
        text = ""
        for chunk in answer.iter_text():
            text += chunk
            if "\n\n" in text:
                break
        return Answer(answer.status_code, text)
