"""Makes the files that the pages hand out: as the commands do, and audited like them.

A file has a name only while it is written, in the server's own directory; what is handed on is open and has
none any more, so that nothing of it is left behind, whatever happens.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from server.archiving import archive
from server.assets import assets_dir
from server.attestation import attestation_of
from server.files.out.catalogue import words_of
from server.files.out.tables import CSV, csv_of, workbook_of
from server.members.membership import Membership
from server.office import Office, OfficeError
from server.partner_files import partner_table
from server.reporting import report_of, write_report
from server.rules.take_home import ENDINGS, Kind, Wish
from server.settings import Home
from server.store.engine import Store
from wire.private import open_private

OnProgress = Callable[[int, int], None]
"""Gets (so far, in all) where that is known."""
_FOLDER: Final = "files-being-made"


class HandingOut:
    """Makes files of one body, one after another, each as its office stands then. ``clock`` gives ms UTC."""

    def __init__(
        self,
        home: Home,
        store: Store,
        body: str,
        *,
        open_office: Callable[[], Office],
        clock: Callable[[], int],
    ) -> None:
        self._home = home
        self._store = store
        self._body = body
        self._open_office = open_office
        self._clock = clock

    def make(self, wish: Wish, on_progress: OnProgress) -> BinaryIO:
        """Give the file, open at its beginning; raises :class:`ServerError` where it cannot be made."""
        if wish.ending not in ENDINGS[wish.kind]:
            raise OfficeError(f"a {wish.kind} is not written as {wish.ending!r}")
        with self._place(wish) as path:
            match wish.kind:
                case Kind.REPORT:
                    self._report(wish, path)
                case Kind.PARTNER:
                    self._partner(wish, path)
                case Kind.ATTESTATION:
                    self._attestation(wish, path)
                case Kind.ARCHIVE:
                    self._archive(wish, path, on_progress)
            return path.open("rb")

    @contextmanager
    def _place(self, wish: Wish) -> Iterator[Path]:
        """Give a new file of mode 0600; its name is gone when it was written, and when that failed."""
        folder = self._home.path / _FOLDER
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            # What a server that was killed has left: files are made one at a time, so nobody writes it.
            for left in folder.glob(f"{self._body}.*"):
                left.unlink(missing_ok=True)
            file, name = tempfile.mkstemp(f".{wish.ending}", f"{self._body}.", folder)
            os.close(file)
        except OSError as problem:
            raise OfficeError(f"{folder} cannot be written: {problem.strerror}") from None
        path = Path(name)
        try:
            yield path
        except OSError as problem:
            raise OfficeError(f"{folder} cannot be written: {problem.strerror}") from None
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _report(self, wish: Wish, path: Path) -> None:
        now = self._clock()
        report = report_of(self._store, self._body, wish.of, wish.language, now=now, leaving=wish.leaving)
        write_report(path, report)

    def _partner(self, wish: Wish, path: Path) -> None:
        words = words_of(wish.language, assets_dir())
        table = partner_table(
            self._store,
            self._members(wish),
            wish.of,
            wish.about,
            words,
            opener=partial(open_private, key=self._home.secrets.sealing_key),
            file=wish.name,
        )
        if path.suffix == CSV:
            path.write_bytes(csv_of([table]))
        else:
            made = datetime.fromtimestamp(self._clock() / 1000, UTC)
            path.write_bytes(workbook_of([table], right_to_left=words.direction == "rtl", made=made))

    def _attestation(self, wish: Wish, path: Path) -> None:
        members = self._members(wish)
        found = attestation_of(self._store, members, wish.of, wish.about, wish.language, file=wish.name)
        write_report(path, found)

    def _archive(self, wish: Wish, path: Path, on_progress: OnProgress) -> None:
        members = self._members(wish)
        with members.acting() as connection:
            members.note(connection, "archive", file=wish.name, fair=wish.of)
        key = self._home.secrets.body_key(self._body)
        archive(
            self._store,
            members.office,
            wish.of,
            path,
            sign=lambda content: key.sign(content).signature,
            now=self._clock(),
            on_facts=on_progress,
        )

    def _members(self, wish: Wish) -> Membership:
        return Membership(self._home, self._store, self._open_office(), clock=self._clock, who=wish.who)
