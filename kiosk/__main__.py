"""Entry of ``riwaq-kiosk``: arguments only."""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from kiosk import KioskError
from kiosk.config import is_set_up, read_config
from kiosk.headless import told
from kiosk.journal import reading
from kiosk.notices import Notice
from kiosk.ui.languages import OFFERED
from wire import WireError
from wire.events import EventError, decode_event

# Cameras, decoders and the network's library take long to load: each command loads what it needs
# where it needs it, and the window waits for none of them.

_NOTHING_READ: Final = 1
_LEAST_SIDE: Final = 240
_ANY_SIZE: Final = (1280, 800)
"""On the full screen, which has a size of its own."""


class _Friendly(click.Group):
    """A group whose commands tell people what to do instead of showing a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KioskError, WireError) as problem:
            click.echo(str(problem), err=True)
            ctx.exit(1)
        except BrokenPipeError:
            # Whoever read our output has seen enough; what is still buffered must not fail at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


_config_option = click.option(
    "--config",
    "config_file",
    default=lambda: Path(click.get_app_dir("riwaq"), "kiosk.toml"),
    type=click.Path(path_type=Path, dir_okay=False),
    help="This kiosk's kiosk.toml.  [default: riwaq/kiosk.toml where this account keeps its settings]",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, one object a line.")


@click.group(cls=_Friendly)
def program() -> None:
    """Riwaq's kiosk: read members' cards, record their visits, lose nothing."""


def _size(_ctx: click.Context, _option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    width, _, height = value.partition("x")
    if not (width.isdecimal() and height.isdecimal() and min(int(width), int(height)) >= _LEAST_SIDE):
        raise click.BadParameter(f"{value!r} is not a size in pixels: it looks like 1280x800")
    return int(width), int(height)


@program.command()
@_config_option
@click.option("--headless", is_flag=True, help="Without a window: tell what happens in lines.")
@click.option(
    "--source",
    default="0",
    show_default=True,
    help="A camera's number, a video, a folder of pictures; wedge for a USB scanner that types like a "
    "keyboard, wedge:PATH for one by its device; or lines:PATH for a scanner that sends lines.",
)
@click.option("--once", is_flag=True, help="Stop when the source has ended and everything is delivered.")
@click.option(
    "--size",
    metavar="WxH",
    callback=_size,
    help="A window of so many pixels.  [default: the full screen]",
)
@click.option(
    "--inches",
    type=click.FloatRange(3, 100),
    help="The screen's diagonal, where it tells a wrong one.  [default: what the screen tells]",
)
@click.option(
    "--dpi",
    type=click.FloatRange(20, 1000),
    help="The same as dots per inch; counts before --inches.",
)
@click.option(
    "--language",
    type=click.Choice(OFFERED),
    help="What the window speaks to whoever comes.  [default: the body's first language]",
)
@click.option(
    "--voice",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A directory of recordings of what screens say: DIRECTORY/fr/accepted.wav or .ogg.  "
    "[default: what came with the program]",
)
@click.option(
    "--read-aloud/--no-read-aloud",
    default=True,
    help="Whether screens are read aloud to whoever has not turned that over.  [default: they are]",
)
@_json_option
@click.pass_context
def run(  # noqa: PLR0913 - an option each
    ctx: click.Context,
    *,
    config_file: Path,
    headless: bool,
    source: str,
    once: bool,
    size: tuple[int, int] | None,
    inches: float | None,
    dpi: float | None,
    language: str | None,
    voice: Path | None,
    read_aloud: bool,
    as_json: bool,
) -> None:
    """Work as a kiosk until Ctrl-C or SIGTERM, behind a window; what happens is told in lines, too.

    A kiosk without a kiosk.toml asks for its pairing code: show it to the camera, and it gets one.
    """
    if is_set_up(config_file):
        read_config(config_file)  # before there is a window in front of its problems

    def on_notice(notice: Notice) -> None:
        line = told(notice, as_json=as_json)
        if line:
            click.echo(line if as_json else f"{time.strftime('%H:%M:%S')} {line}")

    if headless:
        for name in ("size", "inches", "dpi", "language", "voice", "read_aloud"):
            if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                option = name.replace("_", "-")
                raise click.UsageError(f"--{option} is for a window: leave out either it or --headless")
        from kiosk import bootstrap  # noqa: PLC0415

        _start_again_if(bootstrap.run(config_file, source, once=once, on_notice=on_notice))
        return
    from kiosk import windowed  # noqa: PLC0415
    from kiosk.ui.setup import WindowOptions  # noqa: PLC0415

    width, height = size or _ANY_SIZE
    again = windowed.run(
        config_file,
        source,
        once=once,
        options=WindowOptions(
            width,
            height,
            full_screen=size is None,
            dpi=dpi or 0.0,
            inches=inches or 0.0,
            voice=voice,
            read_aloud=read_aloud,
        ),
        language=language or "",
        on_notice=on_notice,
        say=lambda sentence: click.echo(sentence, err=True),
    )
    _start_again_if(again)


def _start_again_if(again: bool) -> None:  # noqa: FBT001 - the word of whoever ran it
    """Begin from the beginning, in this very process: whoever started the kiosk sees one program."""
    if again:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - itself


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
    from kiosk import scanning  # noqa: PLC0415

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


@program.command(name="scanner-code")
@click.argument("path", metavar="FILE.png", type=click.Path(path_type=Path, dir_okay=False))
def scanner_code(*, path: Path) -> None:
    """Write the code that sets up a scanner that types: print it and show it to the scanner once.

    A kiosk with --source wedge then knows how the scanner's keyboard and its own go together, and says so.
    """
    from kiosk.devices.code_picture import write_code  # noqa: PLC0415
    from kiosk.rules.layouts import SETUP_TEXT  # noqa: PLC0415

    try:
        write_code(path, SETUP_TEXT)
    except OSError as problem:
        raise KioskError(f"{path} cannot be written: {problem.strerror}") from None
    click.echo(f"{path}: print it, and show it to the scanner of a running kiosk.")


@program.command()
@_config_option
@_json_option
def facts(*, config_file: Path, as_json: bool) -> None:
    """List every fact that this kiosk has recorded, and which of them the server holds."""
    from kiosk import bootstrap  # noqa: PLC0415

    path = bootstrap.journal_path(read_config(config_file))
    if not path.exists():
        return
    for line in _facts(path):
        if as_json:
            click.echo(json.dumps(line))
        else:
            delivered = "delivered" if line["delivered"] else "waiting, safe"
            place, event_id = f"{line['epoch']}/{line['seq']:<8}", line["event_id"] or "-"
            click.echo(f"{place} {event_id:<33} {line['kind']:<13} {delivered}")


@program.command()
@click.argument("path", type=click.Path(path_type=Path))
@_config_option
@click.option("--waiting", is_flag=True, help="Only what the server does not have yet, as far as is known.")
@_json_option
def export(*, path: Path, config_file: Path, waiting: bool, as_json: bool) -> None:
    """Write this kiosk's facts to PATH, a new file or a directory: a USB stick, where there is no network.

    Only the server can read them:  riwaq-server facts import PATH.  The kiosk may run meanwhile, and
    keeps its facts.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from kiosk import bootstrap, export  # noqa: PLC0415

    config = read_config(config_file)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("facts", total=None)
        done = export.export(
            config,
            bootstrap.journal_path(config),
            path,
            waiting_only=waiting,
            on_progress=lambda so_far, in_all: progress.update(task, completed=so_far, total=in_all),
        )
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    if not done.file:
        click.echo("Nothing waits: no file was written." if waiting else "This kiosk keeps no facts.")
        return
    click.echo(
        f"{done.facts} facts are in {done.file}. Carry it to the server:  riwaq-server facts import FILE"
    )
    if done.unreadable:
        click.echo(
            f"{done.unreadable} facts can no longer be read and are not in it: check this kiosk's disk.",
            err=True,
        )


def _facts(path: Path) -> Iterator[dict[str, Any]]:
    with reading(path) as journal:
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


def main() -> None:
    """Run ``riwaq-kiosk``."""
    program(prog_name="riwaq-kiosk")


if __name__ == "__main__":
    main()
