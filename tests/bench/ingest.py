"""``riwaq bench ingest``: broker, open, COMMIT with summaries, acknowledged; on SQLite and PostgreSQL.

A real ``riwaq-server run`` with its embedded broker takes batches of 100 facts from simulated
kiosks (one MQTT connection each, at most four batches on their way, as the delivery rule says).
The clock runs from the first publish to the acknowledgement of the last fact. The same rows are
then inserted bare, by the same library into the same engine, for the ratio.
"""

import json
import random
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import paho.mqtt.client as mqtt
import psutil
import uuid_utils
from nacl.signing import SigningKey
from paho.mqtt.enums import CallbackAPIVersion
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import insert, select

from demo.card_video import make_video
from kiosk.config import KioskConfig, read_config
from server.bootstrap import opened
from server.settings import Home
from server.store import tables
from server.store.engine import Store
from tests.bench.machine import machine
from tests.brokers import free_port
from tests.postgres import private_postgres
from tests.programs import Office, started_kiosk
from tests.waiting import until
from wire.card import Category
from wire.envelope import seal_batch
from wire.events import MAX_BATCH, CardRef, Event, Visit, encode_event
from wire.messages import Ack, peek
from wire.programme import open_programme
from wire.topics import down, up

ROWS_A_TRANSACTION: Final = 6400
OUTSTANDING: Final = 4
# What is promised.
LEAST_A_SECOND: Final = {"sqlite": 15_000, "postgresql": 8_000}
MOST_SERVER_MB: Final = 200
MOST_KIOSK_MB: Final = 150


class Sender:
    """One simulated kiosk: sealed batches, four on their way, the next when one is acknowledged."""

    def __init__(self, config: KioskConfig, batches: Sequence[bytes]) -> None:
        self._config = config
        self._batches = batches
        self._sent = self._acked = 0
        self._lock = threading.Lock()
        self._subscribed = threading.Event()
        self.done = threading.Event()
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=config.device, protocol=mqtt.MQTTv311
        )
        client.username_pw_set(config.device, config.password)
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = self._on_ack
        client.connect(config.broker.host, config.broker.port)
        client.loop_start()
        client.subscribe(down(config.body, config.device, "ack"), qos=1)
        assert self._subscribed.wait(10)

    def start(self) -> None:
        self._send_more()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_ack(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        ack = peek(Ack, bytes(message.payload))
        self._acked = max(self._acked, -(-ack.upto // MAX_BATCH))
        if self._acked >= len(self._batches):
            self.done.set()
        self._send_more()

    def _send_more(self) -> None:
        topic = up(self._config.body, self._config.region, self._config.device, "events")
        with self._lock:
            while self._sent < len(self._batches) and self._sent - self._acked < OUTSTANDING:
                self._client.publish(topic, self._batches[self._sent], qos=1)
                self._sent += 1


def batches_of(
    config: KioskConfig, sealing_key: bytes, count: int, cards: Sequence[CardRef], seed: int
) -> list[bytes]:
    """Seal ``count`` visits of random cards over a morning in batches of 100."""
    rng = random.Random(seed)
    epoch, boot = 1 + secrets.randbelow(2**52), secrets.token_hex(16)
    started = 1_735_376_400_000
    key = SigningKey(config.batch_seed)
    events = [
        encode_event(
            Event(
                event_id=uuid_utils.uuid7().hex,
                occurred_at=started + number * 14_400_000 // count,
                monotonic_ms=number,
                boot_id=boot,
                fair=config.fair,
                booth=config.booth,
                fact=Visit(card=rng.choice(cards)),
            )
        )
        for number in range(count)
    ]
    return [
        seal_batch(
            events[start : start + MAX_BATCH],
            device=config.device,
            epoch=epoch,
            first=start + 1,
            sealing_key=sealing_key,
            key=key,
        )
        for start in range(0, count, MAX_BATCH)
    ]


def measure(
    directory: Path, engine: str, database: str, *, facts: int, kiosks: int, members: int
) -> dict[str, Any]:
    """Take in so many facts from so many kiosks and give the figures."""
    # With its page, as it comes: that is part of what a server needs of memory.
    words = ["--listen", f"127.0.0.1:{free_port()}", "--web", f"127.0.0.1:{free_port()}"]
    words += ["--database", database] if database else []
    office = Office(directory, init=words)
    configs = [
        read_config(office.add_kiosk(f"kiosk-{n}", office.booths[n % len(office.booths)]))
        for n in range(kiosks)
    ]
    with opened(office.path) as (_, store, desk):
        body, url = desk.body, Home(office.path).database
        with store.reading() as connection:
            message = connection.execute(select(tables.programme.c.message)).scalar_one()
        programme = open_programme(message, desk.body_public_key)
    cards = [
        CardRef(key_id=1, card_id=f"{n:014x}", category=Category.ACTIVE if n % 3 else Category.RETIRED)
        for n in range(members)
    ]
    each = facts // kiosks // MAX_BATCH * MAX_BATCH
    batches = [
        batches_of(config, programme.server.sealing, each, cards, n) for n, config in enumerate(configs)
    ]
    server = office.run()
    try:
        senders = [Sender(config, row) for config, row in zip(configs, batches, strict=True)]
        started = time.perf_counter()
        for sender in senders:
            sender.start()
        for sender in senders:
            assert sender.done.wait(600), server.errors()
        seconds = time.perf_counter() - started
        for sender in senders:
            sender.stop()
        memory = _resident_mb(server.pid)
    finally:
        server.stop()
    stats = office.stats()
    store = Store(url)
    try:
        bare = _bare_inserts(store, body)
    finally:
        store.close()
    total = each * kiosks
    return {
        "engine": engine,
        "facts": total,
        "facts_per_s": round(total / seconds),
        "bare_inserts_per_s": round(bare),
        "ratio_to_bare": round(total / seconds / bare, 2),
        "server_and_broker_mb": round(memory, 1),
        "visits": stats["visits"],
        "attendance": stats["attendance"],
    }


def _bare_inserts(store: Store, body: str) -> float:
    """Insert the same rows again under another body's name, and nothing else; rows a second."""
    columns = [column for column in tables.fact.c if column.name not in {"id", "body"}]
    with store.reading() as connection:
        found = connection.execute(select(*columns).where(tables.fact.c.body == body)).mappings()
        rows = [{"body": "bare", **row} for row in found]
    started = time.perf_counter()
    for start in range(0, len(rows), ROWS_A_TRANSACTION):
        with store.writing() as connection:
            connection.execute(insert(tables.fact), rows[start : start + ROWS_A_TRANSACTION])
    return len(rows) / (time.perf_counter() - started)


def _resident_mb(pid: int) -> float:
    server = psutil.Process(pid)
    return sum(process.memory_info().rss for process in (server, *server.children(recursive=True))) / 1e6


def kiosk_memory(directory: Path) -> float:
    """Let a kiosk without a window read a video of ten cards; its resident memory in MB at the end."""
    office = Office(directory, init=["--listen", f"127.0.0.1:{free_port()}"])
    config = office.add_kiosk("kiosk")
    video = directory / "camera.avi"
    make_video(video, office.tokens(10), seed=1)
    server = office.run()
    kiosk = started_kiosk(config, str(video))
    try:
        until(lambda: len(kiosk.notices("scanned")) >= 10, seconds=60, what="ten cards")
        return psutil.Process(kiosk.pid).memory_info().rss / 1e6
    finally:
        kiosk.stop()
        server.stop()


@contextmanager
def _engines(names: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    if "postgresql" not in names:
        yield [("sqlite", "")]
        return
    with private_postgres(durable=True) as url:
        yield [(name, url if name == "postgresql" else "") for name in names]


@click.command("ingest")
@click.option("--facts", default=100_000, show_default=True, help="How many facts.")
@click.option("--kiosks", default=10, show_default=True, help="From how many kiosks.")
@click.option("--members", default=20_000, show_default=True, help="Of how many members.")
@click.option(
    "--engine",
    "engines",
    multiple=True,
    default=("sqlite", "postgresql"),
    type=click.Choice(["sqlite", "postgresql"]),
    help="Which engine; may be given twice.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
def command(*, facts: int, kiosks: int, members: int, engines: Sequence[str], as_json: bool) -> None:
    """Measure how many facts a second the server takes in, and what memory it and a kiosk need.

    Exit code 1 where a promise is not kept.
    """
    results: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory(prefix="riwaq-bench-") as directory,
        _engines(engines) as chosen,
        Progress(console=Console(stderr=True)) as progress,
    ):
        task = progress.add_task("ingest", total=len(chosen) + 1)
        for name, database in chosen:
            here = Path(directory) / name
            here.mkdir()
            results.append(measure(here, name, database, facts=facts, kiosks=kiosks, members=members))
            progress.advance(task)
        here = Path(directory) / "kiosk"
        here.mkdir()
        kiosk_mb = round(kiosk_memory(here), 1)
        progress.advance(task)
    kept = kiosk_mb <= MOST_KIOSK_MB and all(
        result["facts_per_s"] >= LEAST_A_SECOND[result["engine"]]
        and result["server_and_broker_mb"] <= MOST_SERVER_MB
        for result in results
    )
    about = machine("sqlalchemy", "psycopg", "amqtt", "paho-mqtt", "msgspec", "pynacl")
    if as_json:
        click.echo(json.dumps({"ingest": results, "kiosk_mb": kiosk_mb, "kept": kept, "machine": about}))
    else:
        for result in results:
            click.echo(" · ".join(f"{key} {value}" for key, value in result.items()))
        click.echo(f"headless kiosk {kiosk_mb} MB")
        click.echo("every promise is kept" if kept else "a promise is not kept")
        click.echo(" · ".join(f"{key} {value}" for key, value in about.items()))
    raise SystemExit(0 if kept else 1)
