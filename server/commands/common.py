"""What all commands share: the directory, JSON, and troubles told in words."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from server import ServerError, bootstrap
from server.files.tour_file import TourFileError
from server.mqtt.access import AccountsError
from server.office import Office, OfficeError
from server.settings import Home
from server.store.engine import Store
from wire import WireError

_TOLD: Final = (ServerError, WireError, TourFileError, AccountsError)

_BODY: Final = "riwaq.body"

_Command = TypeVar("_Command", bound=Callable[..., Any])
directory_option = click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="RIWAQ_DIR",
    show_envvar=True,
    help="The server's directory.  [default: this one]",
)
_body = click.option(
    "--body",
    default="",
    metavar="ID",
    envvar="RIWAQ_BODY",
    show_envvar=True,
    expose_value=False,
    callback=lambda ctx, _, value: ctx.meta.update({_BODY: value}),
    help="The body, where the server serves several.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")


def dir_option(command: _Command) -> _Command:
    """Let a command be told on which server's directory it works, and for which body: see :func:`opened`."""
    return directory_option(_body(command))


def opened(directory: Path) -> AbstractContextManager[tuple[Home, Store, Office]]:
    """Open a server's directory for the body that was named on the command line, or the only one."""
    context = click.get_current_context(silent=True)
    return bootstrap.opened(directory, context.meta.get(_BODY, "") if context else "")


class Friendly(click.Group):
    """A group whose commands tell people what to do instead of showing a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a trouble we know becomes its words and exit code 1."""
        try:
            return super().invoke(ctx)
        except _TOLD as problem:
            click.echo(str(problem), err=True)
            ctx.exit(1)
        except BrokenPipeError:
            # Whoever read our output has seen enough; what is still buffered must not fail at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


@contextmanager
def reserved(out: Path, holds: str) -> Iterator[None]:
    """Make a file of mode 0600 that is not there yet, and take it away again where the rest fails.

    Made first, since what could not be written would leave a kiosk or a card that nobody can use.
    ``holds`` says what one that is there may hold. Raises :class:`OfficeError`.
    """
    try:
        out.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise OfficeError(f"{out} exists already and may hold {holds}: choose another file") from None
    except OSError as problem:
        raise OfficeError(f"{out} cannot be written: {problem.strerror}") from None
    try:
        yield
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def show(value: object) -> None:
    """Print JSON for a program to read."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def who_types() -> str:
    """Give the name of whoever types, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "unknown"
