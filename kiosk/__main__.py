"""Entry of ``riwaq-kiosk``: arguments only."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import click

from kiosk import KioskError, bootstrap, scanning
from kiosk.config import KioskConfig, read_config
from kiosk.headless import told
from kiosk.notices import Notice
from wire import WireError
from wire.events import EventError, decode_event

_NOTHING_READ: Final = 1


class _Friendly(click.Group):
    """A group whose commands tell people what to do instead of showing a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KioskError, WireError) as problem:
            click.echo(str(problem), err=True)
            ctx.exit(1)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)


_config_option = click.option(
    "--config",
    "config_file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="This kiosk's kiosk.toml.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, one object a line.")


@click.group(cls=_Friendly)
def program() -> None:
    """Riwaq's kiosk: read members' cards, record their visits, lose nothing."""


@program.command()
@_config_option
@click.option("--headless", is_flag=True, help="Without a window: tell what happens in lines.")
@click.option(
    "--source",
    default="0",
    show_default=True,
    help="A camera's number, a video, a folder of pictures, or lines:PATH for a scanner that sends lines.",
)
@click.option("--once", is_flag=True, help="Stop when the source has ended and everything is delivered.")
@_json_option
def run(*, config_file: Path, headless: bool, source: str, once: bool, as_json: bool) -> None:
    """Work as a kiosk until Ctrl-C."""
    if not headless:
        raise click.UsageError("this version has no window yet: add --headless")
    config = read_config(config_file)

    def on_notice(notice: Notice) -> None:
        line = told(notice, as_json=as_json)
        if line:
            click.echo(line if as_json else f"{time.strftime('%H:%M:%S')} {line}")

    bootstrap.run(config, source, once=once, on_notice=on_notice)


@program.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option("--raw", is_flag=True, help="Read any QR code, not only cards.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also check each card as this kiosk would.",
)
@click.option("--seconds", default=0.0, help="Stop looking through a camera after so long.  [default: never]")
@_json_option
def scan(
    *, sources: Iterable[str], raw: bool, config_file: Path | None, seconds: float, as_json: bool
) -> None:
    """Read codes from photos, videos, folders or a camera: a check of camera and light.

    One line a picture. Exit code 1 where no picture held a code, 2 where a source cannot be read.
    """
    judge = scanning.Judge(read_config(config_file) if config_file else None, raw=raw)
    read = unreadable = 0
    for look in scanning.looks(sources, judge, seconds=seconds):
        read += bool(look.text)
        unreadable += look.verdict == scanning.UNREADABLE
        if as_json:
            click.echo(json.dumps(look.as_dict(), ensure_ascii=False))
        else:
            click.echo(f"{look.source}: {look.sentence()} ({look.ms:.1f} ms)")
    if unreadable:
        raise SystemExit(2)
    raise SystemExit(0 if read else _NOTHING_READ)


@program.command()
@_config_option
@_json_option
def facts(*, config_file: Path, as_json: bool) -> None:
    """List every fact that this kiosk has recorded, and which of them the server holds."""
    config = read_config(config_file)
    if not bootstrap.journal_path(config).exists():
        return
    for line in _facts(config):
        if as_json:
            click.echo(json.dumps(line))
        else:
            delivered = "delivered" if line["delivered"] else "waiting, safe"
            place, event_id = f"{line['epoch']}/{line['seq']:<8}", line["event_id"] or "-"
            click.echo(f"{place} {event_id:<33} {line['kind']:<13} {delivered}")


def _facts(config: KioskConfig) -> Iterator[dict[str, Any]]:
    journal = bootstrap.open_journal(config)
    try:
        for place, entry, delivered in journal.entries():
            kind = "damaged"
            if entry is not None:
                try:
                    kind = decode_event(entry.payload).fact.kind
                except EventError:
                    kind = "unreadable"
            yield {
                "epoch": place.epoch,
                "seq": place.seq,
                "event_id": entry.event_id if entry else None,
                "kind": kind,
                "delivered": delivered,
            }
    finally:
        journal.close()


def main() -> None:
    """Run ``riwaq-kiosk``."""
    program(prog_name="riwaq-kiosk")


if __name__ == "__main__":
    main()
