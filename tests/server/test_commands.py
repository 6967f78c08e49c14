"""What an operator types: every command, its help, its answers, and what it says to bad input.

Most commands run in this process by click's own runner; those that run on, are interrupted or
are piped are real processes. Whatever was said is searched for secrets when a test ends.
"""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click
import httpx
import pytest
import zxingcpp
from click.testing import CliRunner
from nacl.signing import SigningKey
from PIL import Image

from kiosk.__main__ import program as kiosk_program
from kiosk.config import read_config
from server.accounts import Accounts
from server.bootstrap import opened
from server.commands import program as server_program
from server.intake import Intake
from server.office import now_ms
from server.settings import Home
from server.store.engine import Store
from server.store.registry import Registry
from tests.brokers import free_port
from tests.programs import EXAMPLE, FAIR, ROOT, Process, environment, stopped, telling
from tests.waiting import until
from wire.card import Card, CardIdentity, body_tag, sign
from wire.envelope import Batch, BatchHead
from wire.events import CardRef, Event, Fact, Visit, encode_event
from wire.programme import open_revocations
from wire.zones import zone_of

PAGE: Final = ROOT / "docs" / "commands.md"
PROGRAMS: Final = {"riwaq-server": server_program, "riwaq-kiosk": kiosk_program}
BOOTH: Final = "membership"


def commands_of(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Give every command that does something, under the words that call it."""
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from commands_of(f"{name} {word}", inner)
    else:
        yield name, command


COMMANDS: Final = [pair for name, program in PROGRAMS.items() for pair in commands_of(name, program)]
SERVER_COMMANDS: Final = [pair for pair in COMMANDS if pair[0].startswith("riwaq-server")]


def options_of(command: click.Command) -> dict[str, click.Option]:
    """Give a command's options by their long name."""
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    return {next(word for word in option.opts if word.startswith("--")): option for option in options}


def page_sections(text: str) -> dict[str, str]:
    """Split the page of commands at its headings: what stands below each command."""
    parts = re.split(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {
        title.strip("`"): below
        for title, below in zip(parts[1::2], parts[2::2], strict=True)
        if title.startswith("`")
    }


def undocumented(text: str) -> list[str]:
    """Name what the page lacks, and what it describes that does not exist."""
    sections = page_sections(text)
    known = dict(COMMANDS)
    found = [f"{name} is not on the page" for name in known.keys() - sections.keys()]
    found += [f"{name} is on the page and is no command" for name in sections.keys() - known.keys()]
    for name in known.keys() & sections.keys():
        told = set(re.findall(r"^\| `(--[a-z-]+)` \|", sections[name], flags=re.MULTILINE))
        real = options_of(known[name]).keys()
        found += [f"{name} {option} is not on the page" for option in real - told]
        found += [f"{name} {option} is on the page and is no option" for option in told - real]
    return found


@contextlib.contextmanager
def doors(desk: "Desk") -> Iterator[Accounts]:
    """Give the accounts as a running server has them."""
    with opened(desk.home) as (home, store, _):
        yield Accounts(home, store, clock=now_ms)


# Help and the page


def test_every_command_and_option_is_documented() -> None:
    assert undocumented(PAGE.read_text(encoding="utf-8")) == []


def test_the_page_is_compared_with_the_programs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert undocumented(page.replace("| `--valid-from` |", "| `--from` |")) == [
        "riwaq-server cards issue --valid-from is not on the page",
        "riwaq-server cards issue --from is on the page and is no option",
    ]
    assert undocumented(page.replace("### `riwaq-kiosk scan`", "### `riwaq-kiosk look`")) == [
        "riwaq-kiosk scan is not on the page",
        "riwaq-kiosk look is on the page and is no command",
    ]


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_help_says_what_a_command_and_each_option_do(name: str, command: click.Command) -> None:
    program, *words = name.split()
    done = CliRunner().invoke(PROGRAMS[program], [*words, "--help"], prog_name=program)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: {name} ")
    assert command.help
    assert command.help.splitlines()[0].endswith(".")
    for long_name, option in options_of(command).items():
        assert long_name in done.stdout
        assert option.help, f"{name} {long_name}"


@pytest.mark.parametrize(("name", "command"), SERVER_COMMANDS, ids=[name for name, _ in SERVER_COMMANDS])
def test_every_command_of_the_server_takes_a_directory(name: str, command: click.Command) -> None:
    assert "--dir" in options_of(command), name


@pytest.mark.parametrize("name", ["tour", "fair", "kiosk", "cards", "staff", "facts", "broker", "account"])
def test_a_group_alone_lists_its_commands(name: str) -> None:
    done = CliRunner().invoke(server_program, [name, "--help"])
    assert done.exit_code == 0
    group = server_program.commands[name]
    assert isinstance(group, click.Group)
    assert all(word in done.stdout for word in group.commands)


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_unknown_command_is_exit_code_2(program: str) -> None:
    done = CliRunner().invoke(PROGRAMS[program], ["brew", "coffee"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "No such command 'brew'" in done.stderr


# A desk to type at


class Desk:
    """A server's directory and what was said at it; ``secrets`` must never be among that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.home = path / "server"
        self.said: list[str] = []
        self.secrets: set[str] = set()
        self.port = free_port()
        self.servers: list[Process] = []

    def type(self, *words: str | Path, code: int = 0, where: Path | None = None) -> str:
        """Type a command of the server's, with this directory; gives standard output, or what went wrong."""
        typed = [*map(str, words), "--dir", str(where or self.home)]
        done = CliRunner().invoke(server_program, typed, prog_name="riwaq-server")
        self.said += [done.stdout, done.stderr]
        told = f"{typed}: exit {done.exit_code}\n{done.stdout}\n{done.stderr}"
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == code, told
        assert "Traceback" not in done.stderr, told
        return done.stdout if code == 0 else done.stdout + done.stderr

    def json(self, *words: str | Path, code: int = 0) -> Any:
        """Type a command with --json and read its answer."""
        return json.loads(self.type(*words, "--json", code=code))

    def init(self, *words: str) -> None:
        self.type("init", "--listen", f"127.0.0.1:{self.port}", "--web", "", *words)

    def load(self) -> Any:
        [fair] = self.json("tour", "load", EXAMPLE)["fairs"]
        return fair

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        """Replace texts in a file of the directory."""
        text = (self.home / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.home / name).write_text(text, encoding="utf-8")

    def add_kiosk(self, name: str = "one", *words: str) -> Path:
        out = self.path / f"{len(list(self.path.glob('*.toml')))}.toml"
        self.type("kiosk", "add", name, "--booth", BOOTH, "--out", out, *words)
        return out

    def cards(self, *words: str, count: int = 1) -> list[dict[str, str]]:
        out = self.path / f"cards-{len(list(self.path.glob('cards-*')))}"
        self.type("cards", "issue", "--count", str(count), "--out", out, *words)
        with (out / "cards.csv").open(encoding="utf-8", newline="") as file:
            return [{**row, "out": str(out)} for row in csv.DictReader(file)]

    def body_key(self) -> SigningKey:
        home = Home(self.home)
        return home.secrets.body_key("amal")

    def page(self) -> str:
        """Have a page from now on; gives where."""
        where = f"127.0.0.1:{free_port()}"
        self.edit("server.toml", ('web = ""', f'web = "{where}"'))
        return where

    def run(self) -> Process:
        self.servers.append(Process("server", "run", "--dir", self.home))
        return self.servers[-1]

    def leave(self) -> None:
        """End what still runs, and fail where a secret was said."""
        stopped(iter(self.servers))
        self.said += [server.errors() for server in self.servers]
        self.look_for_secrets()

    def look_for_secrets(self) -> None:
        """Fail where a key, a password or a token was said."""
        secrets = set(self.secrets)
        with contextlib.suppress(OSError, ValueError, RecursionError):
            secrets |= set(_texts(json.loads((self.home / "secrets.json").read_text(encoding="utf-8"))))
        for path in self.path.glob("*.toml"):
            with contextlib.suppress(tomllib.TOMLDecodeError):
                values = tomllib.loads(path.read_text(encoding="utf-8"))
                secrets |= {str(values.get(key, "")) for key in ("password", "batch_key", "card_key")}
        for path in self.path.glob("cards-*/cards.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                secrets |= {row["token"] for row in csv.DictReader(file)}
        said = "\n".join(self.said)
        assert [secret for secret in secrets if len(secret) > 8 and secret in said] == []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    else:
        yield str(value)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with nothing made yet."""
    desk = Desk(tmp_path)
    yield desk
    desk.leave()


@pytest.fixture
def desk(bare: Desk) -> Desk:
    """Give a desk with a directory and the example fair."""
    bare.init()
    bare.load()
    return bare


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_secrets_that_were_said_are_found(desk: Desk) -> None:
    desk.said.append(f"the password is {Home(desk.home).secrets.broker_password}!")
    with pytest.raises(AssertionError):
        desk.look_for_secrets()
    desk.said.clear()


# init


def test_init_makes_a_directory_that_only_its_owner_reads(bare: Desk) -> None:
    bare.init()
    assert mode_of(bare.home) == 0o700
    for name in ("server.toml", "secrets.json", "ledger.db"):
        assert mode_of(bare.home / name) == 0o600, name
    bare.load()
    assert mode_of(bare.home / "accounts.json") == 0o600
    assert mode_of(bare.add_kiosk()) == 0o600
    [card] = bare.cards()
    assert mode_of(Path(card["out"])) == 0o700
    assert mode_of(Path(card["out"]) / "cards.csv") == 0o600


def test_init_says_what_to_do_next(bare: Desk) -> None:
    told = bare.type("init", "--listen", "127.0.0.1:1884")
    assert "kiosks will connect to mqtt://127.0.0.1:1884" in told
    assert "secrets.json in a safe place" in told
    assert f"riwaq-server tour load FILE --dir {bare.home}" in told


def test_init_twice_is_refused_and_changes_nothing(bare: Desk) -> None:
    bare.init()
    before = (bare.home / "secrets.json").read_bytes()
    assert "is a server's directory already: its keys are kept" in bare.type("init", code=1)
    (bare.home / "server.toml").unlink()
    assert "is a server's directory already: its keys are kept" in bare.type("init", code=1)
    assert (bare.home / "secrets.json").read_bytes() == before


def test_init_where_nothing_can_be_made(bare: Desk) -> None:
    (bare.path / "file").write_text("in the way", encoding="utf-8")
    told = bare.type("init", code=1, where=bare.path / "file" / "server")
    assert "Not a directory" in told
    told = bare.type("init", code=1, where=Path("/proc/riwaq"))
    assert "/proc/riwaq cannot be written" in told
    assert "Name or service" not in told
    assert "File name too long" in bare.type("init", code=1, where=bare.path / ("x" * 300))


def test_init_needs_to_know_where() -> None:
    done = CliRunner().invoke(server_program, ["init"])
    assert done.exit_code == 2
    assert "say where: riwaq-server init DIR" in done.stderr


def test_init_shows_the_first_organizers_link_once(bare: Desk) -> None:
    told = bare.type("init", "--listen", "127.0.0.1:1884")
    found = re.search(r"^  http://127\.0\.0\.1:8080/begin/(\S{43})$", told, flags=re.MULTILINE)
    assert found is not None
    assert "the password of the first account, organizer: the link is good once, for 24 hours" in told
    assert f"A new one:  riwaq-server account link organizer --dir {bare.home}" in told
    assert all(
        found[1] not in path.read_text(encoding="latin-1") for path in bare.home.iterdir() if path.is_file()
    )
    with doors(bare) as accounts:
        assert accounts.is_empty()
        assert accounts.set_password(found[1], "un mot de passe")
        assert accounts.verify("organizer", "un mot de passe")


def test_init_answers_in_json(bare: Desk) -> None:
    made = bare.json("init", "--listen", "127.0.0.1:1884", "--web", "[::1]:8081")
    link = made.pop("link")
    assert link.startswith("http://[::1]:8081/begin/")
    with doors(bare) as accounts:
        linked = accounts.linked(link.rpartition("/")[2])
    assert linked is not None
    assert (linked.name, linked.holder.role) == ("organizer", "admin")
    assert made == {
        "directory": str(bare.home),
        "kiosk_broker": "mqtt://127.0.0.1:1884",
        "web": "[::1]:8081",
        "account": "organizer",
    }


def test_init_without_a_page_makes_no_account(bare: Desk) -> None:
    made = bare.json("init", "--listen", "127.0.0.1:1884", "--web", "")
    assert (made["web"], made["account"], made["link"]) == ("", "", "")
    assert Home(bare.home).web == ""
    assert bare.json("account", "list") == []


def test_a_directory_of_before_there_was_a_page_gets_the_usual_one(bare: Desk) -> None:
    bare.init()
    bare.edit("server.toml", ('web = ""\n', ""))
    assert Home(bare.home).web == "127.0.0.1:8080"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--web", "8080"), "web: give HOST:PORT where the page is to listen, as in 127.0.0.1:8080"),
        (("--web", "http://x:80"), "web: give HOST:PORT"),
        (("--web", "host:99999"), "web: give HOST:PORT"),
        (("--listen", "1883"), "'1883' is no HOST:PORT"),
        (("--listen", "mqtt://server:canary-1234@127.0.0.1:1883"), "is no HOST:PORT"),
        (("--broker", "mqtt://canary-1234"), "name the server's account"),
        (("--broker", "http://server:canary-1234@host"), "a broker looks like mqtt://"),
        (("--kiosk-broker", "host:1883"), "kiosk_broker: a broker looks like"),
        (("--database", 'sqlite:///a"b'), "cannot hold quotes"),
        (("--database", "sqlite:///a\nlisten = 1"), "or line breaks"),
        (("--listen", "[::1]:1883", "--kiosk-broker", "x"), "a broker looks like"),
    ],
)
def test_init_refuses_addresses_that_are_none_and_makes_nothing(
    bare: Desk, words: tuple[str, ...], told: str
) -> None:
    bare.secrets.add("canary-1234")
    assert told in bare.type("init", *words, code=1)
    assert not bare.home.exists()


def test_init_listens_on_ipv6_as_well(bare: Desk) -> None:
    assert "mqtt://[::1]:1883" in bare.type("init", "--listen", "[::1]:1883")
    assert Home(bare.home).kiosk_broker == "mqtt://[::1]:1883"


def test_init_with_a_broker_of_ones_own_keeps_its_password_out_of_kiosks(bare: Desk) -> None:
    bare.secrets.add("canary-1234")
    bare.type("init", "--broker", "mqtts://server:canary-1234@broker.example:8883")
    bare.load()
    assert str(Home(bare.home).server_address()) == "mqtts://broker.example:8883"
    kiosk = bare.add_kiosk().read_text(encoding="utf-8")
    assert 'broker = "mqtts://broker.example:8883"' in kiosk
    assert "canary-1234" not in kiosk
    assert bare.json("status")["broker"] == "mqtts://broker.example:8883"


# A directory that cannot be used


READERS: Final = (
    ("status",),
    ("stats",),
    ("rebuild",),
    ("facts", "list"),
    ("kiosk", "list"),
    ("cards", "verify", "R1"),
    ("cards", "revoke", "0001-00c0ffee00c0ff"),
    ("tour", "load", str(EXAMPLE)),
    ("account", "list"),
    ("account", "token", "board", "--role", "auditor"),
    ("run",),
)


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_directory_that_is_no_servers(bare: Desk, words: tuple[str, ...]) -> None:
    told = bare.type(*words, code=1)
    assert f"{bare.home} is not a server's directory: make one with  riwaq-server init {bare.home}" in told
    assert not bare.home.exists()


def test_what_writes_files_makes_none_for_a_directory_that_is_no_servers(bare: Desk) -> None:
    bare.type("kiosk", "add", "one", "--booth", BOOTH, "--out", bare.path / "k.toml", code=1)
    bare.type("cards", "issue", "--out", bare.path / "cards", code=1)
    bare.type("broker", "files", bare.path / "mosquitto", code=1)
    assert list(bare.path.iterdir()) == []


def test_the_directory_may_come_from_the_environment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIWAQ_DIR", str(desk.home))
    assert FAIR in CliRunner().invoke(server_program, ["status", "--json"]).stdout


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "\xff\xfe",
        "{}",
        '{"server_signing": "canary-1234"}',
        "[" * 100_000,
    ],
    ids=lambda content: content[:20],
)
def test_damaged_secrets_are_said_and_not_shown(desk: Desk, content: str) -> None:
    desk.secrets.add("canary-1234")
    (desk.home / "secrets.json").write_text(content, encoding="latin-1")
    assert "secrets.json is damaged: put back the copy from your backup" in desk.type("status", code=1)


@pytest.mark.parametrize("name", ["server_signing", "server_sealing", "digest_key", "signing"])
def test_a_key_that_is_none_is_damage(desk: Desk, name: str) -> None:
    desk.secrets |= {"canary-1234"}
    text = (desk.home / "secrets.json").read_text(encoding="utf-8")
    damaged = re.sub(rf'("{name}": )"[0-9a-f]*"', r'\1"canary-1234"', text)
    assert damaged != text
    (desk.home / "secrets.json").write_text(damaged, encoding="utf-8")
    assert "secrets.json is damaged" in desk.type("status", code=1)


@pytest.mark.parametrize("name", ["secrets.json", "server.toml"])
def test_a_file_that_is_gone_is_named(desk: Desk, name: str) -> None:
    (desk.home / name).rename(desk.path / f"{name}.away")
    told = desk.type("status", code=1)
    assert f"{name} is missing: put back the copy from your backup" in told
    assert "init" not in told


def test_every_problem_of_the_settings_is_told_at_once(desk: Desk) -> None:
    desk.secrets |= {"canary-1234", "canary-5678"}
    (desk.home / "server.toml").write_text(
        'listen = "1883"\n'
        'broker = "http://server:canary-1234@host"\n'
        'kiosk_broker = "mqtt://"\n'
        "database = 5\n"
        'colour = "canary-5678"\n',
        encoding="utf-8",
    )
    (desk.home / "secrets.json").write_text("{", encoding="utf-8")
    told = desk.type("status", code=1)
    for problem in (
        "give either listen (the embedded broker) or broker (yours), not both",
        "listen: '1883' is no HOST:PORT",
        "broker: a broker looks like",
        "kiosk_broker: a broker looks like",
        "database must be a text in quotes",
        "colour is not a setting: remove the line",
        "secrets.json is damaged",
    ):
        assert f"- {problem}" in told.replace("server.toml: ", ""), problem


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "give listen (the embedded broker) or broker (yours)"),
        ("", "kiosk_broker: say where kiosks reach the broker"),
        ('database = "postgresql://riwaq:canary-1234@', "server.toml is no TOML: look at"),
        ('a = 1\nlisten = "x\ncanary-1234', "look at line 2, column"),
        ("\xff", "not a text in UTF-8"),
        ("[" * 5000, "server.toml is no TOML"),
    ],
)
def test_settings_that_cannot_be_read_are_not_shown(desk: Desk, content: str, told: str) -> None:
    desk.secrets.add("canary-1234")
    (desk.home / "server.toml").write_text(content, encoding="latin-1")
    assert told in desk.type("status", code=1)


@pytest.mark.parametrize(
    "database",
    [
        "postgresql+psycopg://riwaq:canary-1234@127.0.0.1:{port}/riwaq",
        "oracle+magic://riwaq:canary-1234@127.0.0.1/riwaq",
        "canary-1234",
        "sqlite:////proc/riwaq/canary/ledger.db",
    ],
)
@pytest.mark.parametrize("words", [("stats",), ("run",)], ids=" ".join)
def test_a_database_that_cannot_be_had_is_said_without_its_password(
    desk: Desk, database: str, words: tuple[str, ...]
) -> None:
    desk.secrets.add("canary-1234")
    desk.edit("server.toml", ('database = ""', f'database = "{database.format(port=free_port())}"'))
    told = desk.type(*words, code=1)
    assert "cannot be opened: " in told
    assert "Check that the database runs, that its address in server.toml is right" in told


def test_a_file_that_is_no_database_is_said(desk: Desk) -> None:
    (desk.home / "ledger.db").write_bytes(b"this is no database, whatever its name says" * 50)
    for suffix in ("-wal", "-shm"):
        (desk.home / f"ledger.db{suffix}").unlink(missing_ok=True)
    assert "cannot be opened: file is not a database" in desk.type("stats", code=1)


# Tours


def test_loading_a_tour_again_raises_versions_where_something_changed(bare: Desk) -> None:
    bare.init()
    first = bare.load()
    assert first["fair"] == FAIR
    assert (first["outcome"], first["days"]) == ("new", ["2024-12-27", "2024-12-28", "2024-12-29"])
    assert len(first["booths"]) == 6
    again = bare.load()
    assert (again["outcome"], again["changes"], again["version"]) == ("unchanged", [], first["version"])
    changed = bare.path / "changed.tour"
    text = EXAMPLE.read_text(encoding="utf-8").replace("Étape de Rabat", "Rabat")
    changed.write_text(text, encoding="utf-8")
    tried = bare.json("tour", "load", changed, "--dry-run")
    assert (tried["dry_run"], tried["fairs"][0]["version"]) == (True, None)
    assert bare.load()["version"] == first["version"]
    loaded = bare.json("tour", "load", changed)
    assert loaded.keys() == {"body", "tour", "dry_run", "fairs", "kept"}
    assert (loaded["body"], loaded["tour"], loaded["kept"]) == ("amal", "amal-2024", [])
    [fair] = loaded["fairs"]
    assert fair.keys() == {"fair", "outcome", "changes", "over", "version", "days", "booths"}
    assert (fair["outcome"], fair["changes"]) == ("changed", ["names: Étape de Rabat → Rabat"])
    assert fair["version"] > first["version"]
    assert bare.json("status")["fairs"] == [FAIR]


def test_a_tour_of_another_body_is_refused(desk: Desk) -> None:
    other = desk.path / "other.tour"
    text = EXAMPLE.read_text(encoding="utf-8")
    other.write_text(text.replace('id = "amal"', 'id = "tadamun"'), encoding="utf-8")
    told = desk.type("tour", "load", other, code=1)
    assert "the file describes the body 'tadamun', and this server serves amal" in told
    assert "riwaq-server body add tadamun" in told
    assert desk.json("status")["body"] == "amal"
    assert "tadamun" not in (desk.home / "secrets.json").read_text(encoding="utf-8")


def test_a_tour_with_problems_is_not_loaded(desk: Desk) -> None:
    wrong = desk.path / "wrong.tour"
    text = EXAMPLE.read_text(encoding="utf-8")
    wrong.write_text(text.replace('id = "amal"', 'id = "Amal!"'), encoding="utf-8")
    line = text.split('id = "amal"')[0].count("\n") + 1
    assert f"{wrong}:{line}: body.id" in desk.type("tour", "load", wrong, code=1)
    assert f"{wrong}:{line}: body.id" in desk.type("tour", "check", wrong, code=1)
    [problem] = desk.json("tour", "check", wrong, code=1)
    assert problem.keys() == {"file", "line", "cell", "where", "what", "instead"}
    assert (problem["line"], problem["cell"]) == (line, "")
    assert "there is no such file" in desk.type("tour", "load", desk.path / "none.tour", code=1)


def test_a_tour_in_order_is_said_to_be(bare: Desk) -> None:
    assert "is in order" in bare.type("tour", "check", EXAMPLE)
    assert bare.json("tour", "check", EXAMPLE) == []


def test_the_small_example_is_written_to_begin_from(bare: Desk) -> None:
    out = bare.path / "mine.tour"
    told = bare.type("tour", "example", out, "--one-stop", "--second-day", "2024-12-28")
    assert f"riwaq-server tour check {out}" in told
    assert out.read_text(encoding="utf-8") == EXAMPLE.read_text(encoding="utf-8")
    assert "exists already: choose another file" in bare.type("tour", "example", out, code=1)
    assert "cannot be written" in bare.type("tour", "example", "/proc/mine.tour", code=1)
    moved = bare.path / "moved.tour"
    bare.type("tour", "example", moved, "--one-stop", "--second-day", "2026-03-01")
    assert "days = [2026-02-28, 2026-03-01, 2026-03-02]" in moved.read_text(encoding="utf-8")
    assert bare.json("tour", "check", moved) == []
    for day in ("0001-01-01", "9999-12-31"):
        out = bare.path / f"{day}.tour"
        told = bare.type("tour", "example", out, "--one-stop", "--second-day", day, code=1)
        assert "choose another" in told
        assert not out.exists()


def test_the_small_example_is_of_today_unless_another_day_is_said(bare: Desk) -> None:
    bare.init()
    out = bare.path / "rabat.toml"
    days = [today_in_morocco()]
    bare.type("tour", "example", out, "--one-stop")
    days.append(today_in_morocco())
    [fair] = bare.json("tour", "load", out)["fairs"]
    assert len(fair["days"]) == 3
    assert fair["days"][1] in days
    # Nothing of what is tried with it is forgotten a minute later.
    assert bare.json("retention", "run", "--dry-run")["tours"] == {}


def test_a_tour_that_was_loaded_says_what_comes_next(bare: Desk) -> None:
    bare.init()
    told = bare.type("tour", "load", EXAMPLE)
    assert "amal-2024 is loaded: 1 fair." in told
    assert "Next:  riwaq-server kiosk add NAME --fair FAIR --booth BOOTH --pairing NAME.png" in told
    bare.type("tour", "example", bare.path / "tour.toml")
    assert "amal-2024 is loaded: 8 fairs." in bare.type("tour", "load", bare.path / "tour.toml")


def test_a_fair_to_remove_that_is_none_names_those_that_are(desk: Desk) -> None:
    told = desk.type("tour", "remove", "nix", code=1)
    assert f"there is no fair 'nix': choose one of {FAIR}" in told
    # It has no such option.
    assert "--fair" not in told


def test_bodies_stand_apart_from_their_names_however_long_their_ids(desk: Desk) -> None:
    long = "association-of-those-who-have-retired"
    for body in (long, "short"):
        desk.type("body", "add", body, "--name", "fr=Amicale")
    lines = desk.type("body", "list").splitlines()
    assert f"{long}  Amicale" in lines
    assert f"{'short':<24}Amicale" in lines


def test_the_large_example_is_in_order_as_text_and_as_a_workbook(bare: Desk) -> None:
    out = bare.path / "tour.toml"
    assert "centres.csv are written" in bare.type("tour", "example", out)
    assert bare.json("tour", "check", out) == []
    told = bare.type("tour", "example", bare.path / "other.toml", code=1)
    assert "centres.csv exists already: choose another file or directory" in told
    assert not (bare.path / "other.toml").exists()
    book = bare.path / "tour.xlsx"
    bare.type("tour", "example", book)
    assert bare.json("tour", "check", book) == []
    (bare.path / "centres.csv").unlink()
    [problem] = bare.json("tour", "check", out, code=1)
    assert problem["what"] == "'centres.csv' there is no such file"


# Kiosks


def test_a_kiosk_is_added_and_listed(desk: Desk) -> None:
    out = desk.path / "one.toml"
    added = desk.json("kiosk", "add", "one", "--booth", BOOTH, "--out", out)
    config = read_config(out)
    assert added == {
        "device": config.device,
        "name": "one",
        "fair": FAIR,
        "booth": BOOTH,
        "config": str(out),
    }
    assert desk.json("kiosk", "list") == [
        {"device": config.device, "name": "one", "fair": FAIR, "booth": BOOTH, "revoked": False}
    ]
    assert config.body_key == bytes(desk.body_key().verify_key)
    assert config.device in (desk.home / "accounts.json").read_text(encoding="utf-8")
    assert config.password not in (desk.home / "accounts.json").read_text(encoding="utf-8")


def test_a_name_that_is_taken_is_refused(desk: Desk) -> None:
    desk.add_kiosk("one")
    out = desk.path / "two.toml"
    told = desk.type("kiosk", "add", "one", "--booth", BOOTH, "--out", out, code=1)
    assert f"{FAIR} has a kiosk named 'one' already: choose another name" in told
    assert not out.exists()
    assert len(desk.json("kiosk", "list")) == 1


def test_an_unknown_booth_or_fair_names_the_known_ones(desk: Desk) -> None:
    out = desk.path / "one.toml"
    told = desk.type("kiosk", "add", "one", "--booth", "bar", "--out", out, code=1)
    assert f"{FAIR} has no booth 'bar': choose one of " in told
    assert BOOTH in told
    told = desk.type("kiosk", "add", "one", "--booth", BOOTH, "--fair", "fes", "--out", out, code=1)
    assert f"there is no fair 'fes': choose with --fair one of {FAIR}" in told
    assert not out.exists()


def test_a_file_that_exists_is_never_replaced(desk: Desk) -> None:
    out = desk.path / "kept.txt"
    out.write_text("keys of another kiosk", encoding="utf-8")
    told = desk.type("kiosk", "add", "one", "--booth", BOOTH, "--out", out, code=1)
    assert "exists already and may hold a kiosk's keys: choose another file" in told
    assert out.read_text(encoding="utf-8") == "keys of another kiosk"
    assert desk.json("kiosk", "list") == []


@pytest.mark.parametrize("out", ["missing/one.toml", "/proc/one.toml", "file/one.toml"])
def test_a_kiosk_whose_file_cannot_be_written_is_not_added(desk: Desk, out: str) -> None:
    (desk.path / "file").touch()
    told = desk.type("kiosk", "add", "one", "--booth", BOOTH, "--out", desk.path / out, code=1)
    assert f"{desk.path / out} cannot be written" in told
    assert desk.json("kiosk", "list") == []


def test_a_kiosk_whose_account_cannot_be_written_is_not_added(desk: Desk) -> None:
    (desk.home / "accounts.json").unlink()
    (desk.home / "accounts.json").mkdir()
    out = desk.path / "one.toml"
    told = desk.type("kiosk", "add", "one", "--booth", BOOTH, "--out", out, code=1)
    assert "the broker's accounts cannot be written" in told
    assert not out.exists()
    assert desk.json("kiosk", "list") == []


@pytest.mark.parametrize(
    "name",
    ["كشك الاستقبال", 'the "big" one', "back\\slash", "#1 = [x]", "'quoted'", "ⴰⴳⴰⴷⵉⵔ", "a" * 64, "-", "é́"],
)
def test_names_may_be_strange(desk: Desk, name: str) -> None:
    out = desk.path / "one.toml"
    desk.type("kiosk", "add", name, "--booth", BOOTH, "--out", out)
    assert read_config(out).name == name
    assert [kiosk["name"] for kiosk in desk.json("kiosk", "list")] == [name]
    assert name in desk.type("status")


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " one",
        "two\nlines",
        'x"\nbroker = "mqtt://evil',
        "a" * 200,
        "\x7f",
        "\x1b[31mred",
        "\u202eodd",
    ],
)
def test_names_that_cannot_be_printed_or_are_too_long_are_refused(desk: Desk, name: str) -> None:
    out = desk.path / "one.toml"
    told = desk.type("kiosk", "add", name, "--booth", BOOTH, "--out", out, code=1)
    assert "a kiosk's name is 1 to 64 characters that can be printed" in told
    assert not out.exists()


def test_kiosks_added_at_once_all_have_accounts(desk: Desk) -> None:
    words = ("kiosk", "add", "--booth", BOOTH, "--dir", desk.home)
    processes = [
        Process("server", *words, "--out", desk.path / f"{i}.toml", f"kiosk-{i}", "--json") for i in range(3)
    ]
    assert [process.wait(60) for process in processes] == [0] * 3
    devices = {read_config(desk.path / f"{i}.toml").device for i in range(3)}
    accounts = json.loads((desk.home / "accounts.json").read_text(encoding="utf-8"))
    assert accounts["bodies"]["amal"].keys() == devices


# Cards


def test_cards_are_issued_with_tokens_and_pictures(desk: Desk) -> None:
    rows = desk.cards("--category", "widow", "--language", "zgh", "--territory", "7", count=3)
    today = datetime.now(UTC).date()
    assert len({row["card"] for row in rows}) == 3
    for row in rows:
        out = Path(row.pop("out"))
        assert list(row) == ["card", "category", "language", "valid_from", "valid_to", "token", "picture"]
        assert (row["category"], row["language"]) == ("widow", "zgh")
        assert date.fromisoformat(row["valid_from"]) in {today, today - timedelta(days=1)}
        with Image.open(out / row["picture"]) as picture:
            [code] = zxingcpp.read_barcodes(picture)
            # Version 5 has 37 modules a side; here with a quiet zone of 4, ten pixels each.
            assert picture.size == (450, 450)
        assert code.text == row["token"]
        assert code.ec_level == "M"
        assert "'Version': '5'" in str(code.extra)
        verdict = desk.json("cards", "verify", row["token"])
        assert verdict == {
            "verdict": "accepted",
            "code": "",
            "card": row["card"],
            "category": "widow",
            "language": "zgh",
            "valid_from": row["valid_from"],
            "valid_to": row["valid_to"],
        }


@pytest.mark.parametrize("category", ["active", "retired", "widow", "child", "other", "staff"])
def test_every_category_can_be_issued(desk: Desk, category: str) -> None:
    [row] = desk.cards("--category", category, "--no-pictures")
    assert (row["category"], row["picture"]) == (category, "")
    assert desk.json("cards", "verify", row["token"])["category"] == category
    assert [path.name for path in Path(row["out"]).iterdir()] == ["cards.csv"]


def test_cards_answer_in_json(desk: Desk) -> None:
    out = desk.path / "cards-json"
    found = desk.json("cards", "issue", "--count", "2", "--valid-to", "2046-06-05", "--out", out)
    assert found == {
        "count": 2,
        "category": "active",
        "table": str(out / "cards.csv"),
        "valid_to": "2046-06-05",
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--valid-to", "2046-06-06"), "days from 2024-01-01 to 2046-06-05, and 2046-06-06 is none"),
        (("--valid-to", "9999-12-31"), "and 9999-12-31 is none"),
        (("--valid-from", "2050-01-01"), "and 2050-01-01 is none"),
        (("--valid-from", "2023-12-31"), "and 2023-12-31 is none"),
        (("--valid-from", "2025-02-02", "--valid-to", "2025-02-01"), "before it begins"),
    ],
)
def test_days_that_no_card_can_hold_are_told_and_nothing_is_made(
    desk: Desk, words: tuple[str, ...], told: str
) -> None:
    assert told in desk.type("cards", "issue", "--out", desk.path / "cards-x", *words, code=1)
    assert not (desk.path / "cards-x").exists()
    desk.cards()  # and the directory of an attempt that failed is not in the way


@pytest.mark.parametrize(
    "words",
    [
        ("--valid-to", "tomorrow"),
        ("--count", "0"),
        ("--count", "1000001"),
        ("--category", "boss"),
        ("--language", "tlh"),
        ("--territory", "256"),
    ],
)
def test_options_that_are_out_of_range_are_exit_code_2(desk: Desk, words: tuple[str, ...]) -> None:
    assert "Invalid value for" in desk.type("cards", "issue", "--out", desk.path / "cards-x", *words, code=2)


def test_cards_are_never_replaced_and_need_a_place(desk: Desk) -> None:
    [row] = desk.cards()
    before = (Path(row["out"]) / "cards.csv").read_bytes()
    told = desk.type("cards", "issue", "--out", row["out"], code=1)
    assert "exists already and holds cards: choose another directory" in told
    assert (Path(row["out"]) / "cards.csv").read_bytes() == before
    assert "cannot be written to /proc/cards" in desk.type("cards", "issue", "--out", "/proc/cards", code=1)


def test_cards_are_issued_as_sheets_of_ten(desk: Desk) -> None:
    out = desk.path / "cards.pdf"
    found = desk.json("cards", "issue", "--count", "12", "--category", "widow", "--out", out)
    assert (found["count"], found["category"], found["sheets"]) == (12, "widow", str(out))
    assert mode_of(out) == 0o600
    pages = subprocess.run(
        ["pdftoppm", "-gray", "-r", "110", out, desk.path / "sheet"], check=True, capture_output=True
    )
    assert pages.stderr == b""
    tokens = []
    for page in sorted(desk.path.glob("sheet-*.pgm")):
        with Image.open(page) as picture:
            tokens.append([code.text for code in zxingcpp.read_barcodes(picture)])
    assert [len(page) for page in tokens] == [10, 2]
    for token in (tokens[0][0], tokens[1][1]):
        verdict = desk.json("cards", "verify", token)
        assert (verdict["verdict"], verdict["category"]) == ("accepted", "widow")
    words = subprocess.run(["pdftotext", out, "-"], check=True, capture_output=True).stdout.decode()
    assert words.count("Veuve") == 12


def test_sheets_replace_no_file_and_none_is_left_where_they_fail(desk: Desk) -> None:
    out = desk.path / "cards.pdf"
    out.write_text("precious")
    assert "exists already and may hold cards" in desk.type("cards", "issue", "--out", out, code=1)
    assert out.read_text() == "precious"
    other = desk.path / "other.pdf"
    desk.type("cards", "issue", "--out", other, "--valid-to", "2046-06-06", code=1)
    assert not other.exists()
    assert "cannot be written" in desk.type("cards", "issue", "--out", desk.path / "none/x.pdf", code=1)
    assert "at most 10000" in desk.type("cards", "issue", "--count", "10001", "--out", other, code=2)
    assert "--no-pictures" in desk.type("cards", "issue", "--no-pictures", "--out", other, code=2)


def test_cards_need_a_fair_first(bare: Desk) -> None:
    bare.init()
    told = bare.type("cards", "issue", "--out", bare.path / "cards-x", code=1)
    assert "no tour is loaded yet: start with  riwaq-server tour load FILE" in told
    assert not (bare.path / "cards-x").exists()


def test_every_refusal_of_a_card_is_named(desk: Desk) -> None:
    key = desk.body_key()
    tag = body_tag(bytes(key.verify_key))
    day = datetime.now(UTC).date()
    [good] = desk.cards("--no-pictures")
    [old] = desk.cards("--no-pictures", "--valid-from", "2024-01-01", "--valid-to", "2024-01-02")
    [coming] = desk.cards("--no-pictures", "--valid-from", "2046-01-01")
    [lost] = desk.cards("--no-pictures")
    desk.type("cards", "revoke", lost["card"])

    def forged(body: int = tag, key_id: int = 1) -> str:
        card = Card(body, key_id, 1, 1, 0, "ar", day - timedelta(days=9), day + timedelta(days=9))
        return sign(card, SigningKey.generate())

    tokens = {
        "malformed": good["token"][:-1],
        "unknown_version": "R2" + good["token"][2:],
        "wrong_body": forged(body=tag ^ 1),
        "unknown_key": forged(key_id=999),
        "bad_signature": forged(),
        "expired": old["token"],
        "not_yet_valid": coming["token"],
        "revoked": lost["token"],
        "foreign_code": "https://example.org/",
    }
    for code, token in tokens.items():
        desk.secrets.add(token) if token.startswith("R") else None
        found = desk.json("cards", "verify", token, code=1)
        assert (found["verdict"], found["code"]) == ("refused", code)
        assert desk.type("cards", "verify", token, code=1).startswith(f"refused: {code}")
    assert desk.type("cards", "verify", good["token"]).startswith(f"accepted: card {good['card']}, active")
    assert found["card"] == ""
    assert desk.json("cards", "verify", lost["token"], code=1)["card"] == lost["card"]


@pytest.mark.parametrize(
    "token",
    ["", " ", "R1", "R1" + "A" * 120, "x" * 2953, "٠١٢", "R1\x00", "R1\n", "<b>", "'; drop table card"],
)
def test_any_text_is_judged(desk: Desk, token: str) -> None:
    found = desk.json("cards", "verify", token, code=1)
    assert found["code"] in {"malformed", "foreign_code", "wrong_body"}


def test_a_card_is_revoked_once_and_twice(desk: Desk) -> None:
    [row] = desk.cards("--no-pictures")
    first = desk.json("cards", "revoke", row["card"].upper(), "--reason", "found in a bin" * 9)
    assert first == {"card": row["card"], "newly_revoked": True, "issued_here": True}
    again = desk.json("cards", "revoke", row["card"])
    assert again == {"card": row["card"], "newly_revoked": False, "issued_here": True}
    assert "was refused already" in desk.type("cards", "revoke", row["card"])


def test_a_card_that_was_issued_elsewhere_is_revoked_with_a_warning(desk: Desk) -> None:
    identity = CardIdentity(1, 0xC0FFEE)
    assert desk.json("cards", "revoke", str(identity))["issued_here"] is False
    told = desk.type("cards", "revoke", str(CardIdentity(1, 0xC0FFEF)))
    assert "is refused from now on" in told
    assert "This server did not issue that card itself: check the number once more." in told


def test_a_card_that_is_over_for_long_is_in_the_signed_list_no_more(desk: Desk) -> None:
    [over] = desk.cards("--no-pictures", "--valid-from", "2024-02-01", "--valid-to", "2024-03-31")
    [good] = desk.cards("--no-pictures", "--valid-from", "2026-01-01", "--valid-to", "2040-12-31")
    desk.json("cards", "revoke", over["card"])
    desk.json("cards", "revoke", good["card"])
    with opened(desk.home) as (_, store, office), store.reading() as connection:
        kept = Registry(connection, office.body).revocations()
        assert kept is not None
        assert open_revocations(kept[1], office.body_public_key).cards == [good["card"]]
    assert "was refused already" in desk.type("cards", "revoke", over["card"])


@pytest.mark.parametrize(
    ("card", "told"),
    [
        ("0999-00c0ffee00c0ff", "no card key 0999 was ever made: check the number"),
        ("coffee", "is not a card number: it looks like 0001-00c0ffee00c0ff"),
        ("", "is not a card number"),
    ],
)
def test_a_number_that_no_card_can_have_is_refused(desk: Desk, card: str, told: str) -> None:
    assert told in desk.type("cards", "revoke", card, code=1)


# Figures and status


def test_before_anything_there_is_a_status_and_advice(bare: Desk) -> None:
    bare.init()
    assert bare.json("status") == {
        "running": False,
        "run": "",
        "broker": f"mqtt://127.0.0.1:{bare.port}",
        "broker_connected": False,
        "page": "",
        "body": "",
        "fairs": [],
        "closed": [],
        "in_quarantine": 0,
        "facts": {},
        "enrolments": {"waiting": 0, "done": 0, "not_taken": {}},
        "taken": {},
        "refused_messages": {},
        "dropped": 0,
        "kiosks": [],
    }
    assert "The server does not run." in bare.type("status")
    assert bare.type("facts", "list") == bare.type("kiosk", "list") == ""
    for words in (("stats",), ("stats", FAIR, "--json"), ("rebuild",), ("cards", "verify", "R1")):
        assert "no tour is loaded yet: start with  riwaq-server tour load FILE" in bare.type(*words, code=1)
    told = bare.type("broker", "files", bare.path / "mosquitto", code=1)
    assert "no tour is loaded yet" in told


NOBODY: Final = {"inside": 0, "entries": 0, "exits": 0, "is_estimate": True}


def today_in_morocco() -> str:
    return datetime.now(zone_of("Africa/Casablanca")).date().isoformat()


def test_a_fair_without_facts_has_figures_of_nothing(desk: Desk) -> None:
    assert (
        desk.json("stats", FAIR)
        == desk.json("stats")
        == {
            "visits": 0,
            "attendance": 0,
            "registrations": 0,
            "first_timers": 0,
            "by_booth": {},
            "by_sector": {},
            "by_day": {},
            "by_hour": {},
            "by_category": {},
            "by_territory": {},
            "sign_ups": {"total": 0, "by_offer": {}, "in_doubt": 0},
            "feedback": {"count": 0, "mean_face": None, "by_face": {}, "by_topic": {}, "urgent": 0},
            "sessions": {},
            "occupancy": NOBODY | {"day": today_in_morocco()},
            "exceptions": [],
        }
    )
    assert f"{FAIR}: 0 visits, 0 people" in desk.type("stats")


def test_an_unknown_fair_names_the_known_ones(desk: Desk) -> None:
    for command in ("stats", "rebuild"):
        told = desk.type(command, "fes", code=1)
        assert f"there is no fair and no tour 'fes': choose one of {FAIR}, amal-2024" in told


def _visit(number: int, at: str, booth: str, card: int | None, category: int = 1) -> bytes:
    fact: Fact = Visit(
        card=None if card is None else CardRef(key_id=1, card_id=f"{card:014x}", category=category)
    )
    when = int(datetime.fromisoformat(at).timestamp() * 1000)
    return encode_event(
        Event(
            event_id=f"{number:032x}",
            occurred_at=when,
            monotonic_ms=number,
            boot_id="0" * 32,
            fair=FAIR,
            booth=booth,
            fact=fact,
        )
    )


def test_figures_have_exactly_this_shape(desk: Desk) -> None:
    device = read_config(desk.add_kiosk()).device
    events = (
        _visit(1, "2024-12-27T09:05:00Z", BOOTH, 1),
        _visit(2, "2024-12-27T09:06:00Z", BOOTH, 1),
        _visit(3, "2024-12-27T09:15:00Z", BOOTH, 2, category=3),
        _visit(4, "2024-12-27T23:30:00Z", "bank", 1),
        _visit(5, "2024-12-28T10:00:00Z", "bank", None),
    )
    store = Store(Home(desk.home).database)
    try:
        intake = Intake(store, "amal", digest_key=bytes(32))
        intake.take([Batch(BatchHead(device, 1, 1, len(events)), events)], 1)
    finally:
        store.close()

    def entry(visits: int, attendance: int, **others: int) -> dict[str, int]:
        return {"visits": visits, "attendance": attendance, **others}

    found = desk.json("stats", FAIR)
    category = found.pop("by_category")
    served = {key: found.pop(key) for key in ("sign_ups", "feedback", "sessions", "occupancy", "exceptions")}
    assert not served["sign_ups"]["total"] + served["feedback"]["count"] + served["occupancy"]["entries"]
    assert found == {
        "visits": 4,
        "attendance": 2,
        "registrations": 0,
        "first_timers": 2,
        "by_sector": {"bank": entry(2, 1), "own": entry(2, 2)},
        "by_territory": {"none": entry(4, 2)},
        "by_booth": {"bank": entry(2, 1), BOOTH: entry(2, 2)},
        # Morocco's clocks were an hour ahead of UTC then.
        "by_day": {
            "2024-12-27": entry(2, 2, registrations=0, first_timers=2),
            "2024-12-28": entry(2, 1, registrations=0, first_timers=0),
        },
        "by_hour": {
            "2024-12-27T09:00Z": entry(2, 2, registrations=0),
            "2024-12-27T23:00Z": entry(1, 1, registrations=0),
            "2024-12-28T10:00Z": entry(1, 0, registrations=0),
        },
    }
    assert category["active"] == entry(2, 1)
    assert category["widow"] == entry(1, 1)
    assert sum(of_one["visits"] for of_one in category.values()) == found["visits"]
    before = desk.json("stats")
    assert "are derived anew" in desk.type("rebuild")
    assert desk.json("stats") == before
    told = desk.type("stats")
    assert f"{FAIR}: 4 visits, 2 people" in told
    assert desk.json("status")["facts"] == {"accepted": 5}
    rows = [json.loads(line) for line in desk.type("facts", "list", "--json").splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5]
    assert len(desk.type("facts", "list", "--fair", FAIR).splitlines()) == 5
    assert desk.type("facts", "list", "--fair", "fes") == ""


def test_files_for_mosquitto_are_written_where_they_can_be(desk: Desk) -> None:
    desk.add_kiosk()
    told = desk.type("broker", "files", desk.path / "mosquitto", "--user", "nobody")
    assert f"mosquitto -c {desk.path / 'mosquitto' / 'mosquitto.conf'}" in told
    assert "/proc/mosquitto cannot be written" in desk.type("broker", "files", "/proc/mosquitto", code=1)
    told = desk.type("broker", "files", desk.path / "m2", "--listen", "1883", code=1)
    assert "'1883' is no HOST:PORT" in told


# Processes: pipes, signals, a port and a directory that are taken


def test_a_reader_that_has_seen_enough_is_no_error(desk: Desk) -> None:
    for number in range(3):
        desk.add_kiosk(f"kiosk-{number}")
    for words in (("kiosk", "list"), ("kiosk", "list", "--json"), ("stats", "--json"), ("cards", "--help")):
        where = () if "--help" in words else ("--dir", str(desk.home))
        with subprocess.Popen(
            [sys.executable, "-m", "server", *words, *where],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        ) as process:
            assert process.stdout
            assert process.stderr
            # Closed before the first line, which is what ``| head -1`` does before the second.
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0, words


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_asked_to_end_says_so_and_lets_go(desk: Desk, number: signal.Signals) -> None:
    server = desk.run()
    with telling(server):
        until(lambda: "ready:" in server.errors(), seconds=30)
        until(lambda: desk.json("status")["broker_connected"])
        os.kill(server.pid, number)
        assert server.wait(10) == 0
        assert "stopped; everything that was acknowledged is in the ledger" in server.errors()
    assert desk.json("status")["running"] is False
    with socket.create_server(("127.0.0.1", desk.port)):
        pass


def test_a_server_without_a_fair_waits_for_one(bare: Desk) -> None:
    bare.init()
    server = bare.run()
    with telling(server):
        until(lambda: "no tour is loaded yet; in another terminal" in server.errors(), seconds=30)
        os.kill(server.pid, signal.SIGINT)
        assert server.wait(10) == 0
        assert "stopped" in server.errors()
    server = bare.run()
    with telling(server):
        until(lambda: "no tour is loaded yet" in server.errors(), seconds=30)
        bare.load()
        until(lambda: "ready: body amal" in server.errors(), seconds=30)
        assert server.stop() == 0


def test_a_second_server_on_the_same_directory_is_refused(desk: Desk) -> None:
    server = desk.run()
    with telling(server):
        until(lambda: "ready:" in server.errors(), seconds=30)
    second = desk.run()
    assert second.wait(20) == 1
    assert f"a server already runs on {desk.home} (process {server.pid}): stop it first" in second.errors()
    assert "Traceback" not in second.errors()
    assert server.alive
    assert desk.json("status")["running"] is True


def test_a_port_that_is_taken_is_said_with_its_holder(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", desk.port)):
        server = desk.run()
        assert server.wait(15) == 1
    told = server.errors()
    assert f"the broker cannot start: 127.0.0.1:{desk.port} is in use by " in told
    assert "stop that, or choose another port for the broker (listen in " in told
    assert "Traceback" not in told


def test_an_address_of_another_machine_is_said(desk: Desk) -> None:
    desk.edit("server.toml", (f'listen = "127.0.0.1:{desk.port}"', 'listen = "192.0.2.1:1883"'))
    server = desk.run()
    assert server.wait(15) == 1
    assert "192.0.2.1:1883 is no address of this machine: choose 0.0.0.0" in server.errors()


# The live page


def test_no_command_but_run_loads_the_web_framework() -> None:
    words = (
        "import sys, server.commands; "
        "print(sorted({'litestar', 'uvicorn', 'jinja2', 'argon2'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout == "[]\n"


def test_run_says_where_the_page_is_and_that_nobody_can_sign_in_yet(desk: Desk) -> None:
    where = desk.page()
    server = desk.run()
    with telling(server):
        until(lambda: "ready:" in server.errors(), seconds=30)
    assert f"the live page is on http://{where}" in server.errors()
    assert "or in another terminal:  riwaq-server account link organizer" in server.errors()
    until(lambda: desk.json("status")["page"] == f"http://{where}", what="the page in the status")
    assert f"the live page: http://{where}" in desk.type("status")
    assert httpx.get(f"http://{where}/health", timeout=10).json() == {"status": "ok"}
    assert server.stop() == 0
    assert desk.json("status")["page"] == ""


def test_a_page_whose_port_is_taken_is_said_with_its_holder(desk: Desk) -> None:
    host, _, port = desk.page().rpartition(":")
    with socket.create_server((host, int(port))):
        server = desk.run()
        assert server.wait(30) == 1
    told = server.errors()
    assert f"the page cannot listen on {host}:{port}: Address already in use. Stop what listens there" in told
    assert "or give another address with web in server.toml" in told
    assert f"process {os.getpid()})" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("address", ["192.0.2.1:8080", "nowhere.invalid:8080"])
def test_a_page_on_no_address_of_this_machine_is_refused(desk: Desk, address: str) -> None:
    desk.edit("server.toml", ('web = ""', f'web = "{address}"'))
    server = desk.run()
    assert server.wait(30) == 1
    assert f"the page cannot listen on {address}: " in server.errors()
    assert "give another address with web in server.toml" in server.errors()
    assert "Traceback" not in server.errors()


def test_a_server_whose_page_was_never_made_says_how_to_make_it(desk: Desk) -> None:
    desk.page()
    for package in ("server", "wire"):
        shutil.copytree(ROOT / package, desk.path / "bare" / package)
    bare = {"PYTHONPATH": str(desk.path / "bare"), "PYTHONSAFEPATH": "1"}
    desk.servers.append(Process("server", "run", "--dir", desk.home, env=bare))
    assert desk.servers[-1].wait(30) == 1
    told = desk.servers[-1].errors()
    assert (
        "the page cannot be shown. Fonts, icons and translations are not made yet: run ./riwaq once." in told
    )
    assert f'Or run without a page: web = "" in {desk.home / "server.toml"}' in told
    assert "Traceback" not in told
