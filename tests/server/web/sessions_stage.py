"""A body with sessions of every kind: of its fair, in a series, days known in part, and rolls of names."""

from pathlib import Path
from typing import Any, Final

import msgspec

from server.members.membership import Membership
from server.rules.members.member import Kind, Member
from server.rules.sessions.held import Taking
from server.rules.tour import TourDefinition
from server.sessions.rolls import ATTENDED, INVITED, Rolls
from server.sessions.sessions import SessionOffice
from server.store.members import Members
from tests.server.facts import attends, batch
from tests.server.web.stage import NOW, Stage
from wire.described import Session

ASSOCIATIONS: Final = (
    ("جمعية الأمل للتنمية", "Association Al Amal"),
    ("جمعية النور", "Association Nour"),
    ("تعاونية أركان", "Coopérative Argane"),
    ("جمعية آباء وأولياء التلاميذ", ""),
    ("", "Association sportive de Témara"),
)
DELEGATES: Final = (
    ("كريم بناني", "Karim Bennani", "0012345"),
    ("أمينة العلوي", "Amina Alaoui", "77"),
    ("", "Yassine Tazi", "0099"),
)
HOME: Final = "rabat-sale-kenitra"
AWAY: Final = "oriental"


def number_of(at: int) -> str:
    return f"{at:016x}"


class SessionsStage(Stage):
    """A stage with a desk for sessions."""

    def __init__(self, directory: Path, **given: Any) -> None:
        super().__init__(directory, **given)
        self.members = Membership(self.home, self.store, self.office, clock=self.now, who="operator")
        self.desk = SessionOffice(self.store, self.members)
        self.rolls = Rolls(self.desk)

    def know(self, *people: tuple[str, str, str], kinds: int = int(Kind.MEMBER), first: int = 1) -> list[str]:
        """Let the body know people; gives their numbers."""
        made = [
            Member(
                member=number_of(at),
                name_ar=arabic,
                name_latin=latin,
                employee_number=number,
                kinds=kinds,
                category=1,
            )
            for at, (arabic, latin, number) in enumerate(people, first)
        ]
        with self.store.writing() as connection:
            Members(connection, self.office.body).add(made, NOW)
        return [each.member for each in made]

    def note(self, session: str, who: list[str], what: str = INVITED) -> None:
        """Note who is invited to a session, or came."""
        field = "invited" if what == INVITED else "attended"

        def change(taking: Taking) -> Taking:
            return msgspec.structs.replace(taking, **{field: True})

        self.rolls.note_roll(session, who, change, what=what, behalf="")

    def plan(self, *sessions: Session, invited: dict[str, list[str]] | None = None) -> None:
        """Load the fair with these sessions."""
        definition = msgspec.structs.replace(self.definition, sessions=list(sessions))
        tour = msgspec.structs.replace(self._tour, fairs=[definition], invitees={self.fair: invited or {}})
        assert isinstance(tour, TourDefinition)
        self.office.load_tour(tour)
        self.definition = definition

    def attend(self, session: str, cards: list[int]) -> None:
        """Let cards come to a session of the fair."""
        kiosk = self.add_kiosk(f"K-{session}", "bank")
        facts = [
            attends(9000 + number, who=card, session=session, at=NOW, fair=self.fair)
            for number, card in enumerate(cards)
        ]
        self.intake.take([batch(1, *facts, device=kiosk.row.device, epoch=3)], self.now())


def full_stage(stage: SessionsStage) -> None:
    """Fill a stage with sessions of every kind."""
    delegates = stage.know(*DELEGATES)
    partners = stage.know(
        *((arabic, latin, "") for arabic, latin in ASSOCIATIONS), kinds=int(Kind.PARTNER), first=100
    )
    stage.plan(
        Session(
            id="delegates",
            names={"ar": "لقاء المندوبين", "fr": "Rencontre des délégués"},
            booth="membership",
            territory=HOME,
            day="2024-12-28",
            starts="09:30",
            ends="12:00",
            by_invitation=True,
        ),
        Session(
            id="first-aid",
            names={"ar": "ورشة الإسعافات الأولية", "fr": "Atelier de premiers secours"},
            kind="workshop",
            day="2024-12-29",
        ),
        invited={"delegates": ["0001-00000000000001", "0001-00000000000002", "0001-00000000000003"]},
    )
    stage.attend("delegates", [1, 2, 9])
    add = stage.desk.add
    add(
        {
            "session": "delegates-1",
            "name_ar": "لقاء مناديب الرباط سلا تمارة",
            "name_fr": "Rencontre des délégués de Rabat-Salé-Témara",
            "series": "delegates",
            "territory": HOME,
            "date": "2024-10-09",
            "place": "Salle Allal El Fassi",
        }
    )
    stage.note("delegates-1", delegates)
    stage.note("delegates-1", delegates[:2], ATTENDED)
    stage.desk.recommend(
        "delegates-1", {"ar": "فتح مكتب للتعاضدية بتمارة", "fr": "Ouvrir un guichet à Témara"}
    )
    stage.desk.recommend(
        "delegates-1", {"ar": "تقليص آجال التعويض", "fr": "Raccourcir les délais de remboursement"}
    )
    stage.desk.change_recommendation("delegates-1", 2, texts={}, is_done=True)
    for number, (date, came) in enumerate(
        (("", (0, 1)), ("2024-05", (0, 1, 2, 3)), ("2025-04-05/2025-04-06", ())), 1
    ):
        session = f"training-{number}"
        add(
            {
                "session": session,
                "name_ar": f"تكوين رقمي {number}",
                "name_fr": f"Formation numérique {number}",
                "kind": "training",
                "series": "digital",
                "date": date,
            }
        )
        stage.note(session, partners)
        stage.note(session, [partners[at] for at in came], ATTENDED)
    add({"session": "far", "name_fr": "Réunion d'Oujda", "territory": AWAY, "date": "2024-11"})
