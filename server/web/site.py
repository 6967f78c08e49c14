"""Everything that the routes share, put together once."""

import asyncio
import gettext
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import SkipValidation

from server.rules.access import Account
from server.rules.wording import LANGUAGES, OWN_NAMES, Words
from server.web import WebError
from server.web.accounts import WebAccounts
from server.web.asking import THEMES
from server.web.counting import Counting
from server.web.desk import Desk
from server.web.doorstep import Doorstep
from server.web.guard import Guard
from server.web.hall import Hall
from server.web.hub import BEAT_S, Hub
from server.web.looks import Looks
from server.web.sessions import Sessions
from server.web.throttle import Throttle

HERE: Final = Path(__file__).parent
LIVE: Final = "live.html"
_CATALOGUE: Final = "server"
_SOURCE_LANGUAGE: Final = "en"
_MACROS: Final = ("parts.html", "blocks.html")
_PART: Final = "part_"


class Site:
    """One server's pages. Serves once; a server that starts again makes another.

    ``halls`` are by body; ``assets`` holds what set-up has made (``web/``, ``locale/``); ``clock`` gives ms
    UTC; ``on_trouble`` gets lines for the log. Raises :class:`WebError` where assets are missing.
    """

    def __init__(
        self,
        halls: Iterable[Hall],
        accounts: WebAccounts,
        sessions: Sessions,
        *,
        assets: Path,
        clock: Callable[[], int],
        on_trouble: Callable[[str], None],
        beat_s: float = BEAT_S,
    ) -> None:
        self.halls: Mapping[str, Hall] = {hall.source.body: hall for hall in halls}
        self.accounts = accounts
        self.sessions = sessions
        self.clock = clock
        self.on_trouble = on_trouble
        self.throttle = Throttle(time.monotonic)
        self.words = {language: Words(language, _catalogue(assets, language)) for language in LANGUAGES}
        self.static = [HERE / "static", assets / "web"]
        self.build = _build(self.static)
        self.hub = Hub(on_trouble=on_trouble, build=self.build, beat_s=beat_s)
        # What waits for the store to be written holds up neither pages nor passwords.
        self.writer = ThreadPoolExecutor(1, thread_name_prefix="web-writer")
        self.guard = Guard(
            sessions, accounts, self.hall, read=self.hub.reading, write=self.writing, on_trouble=on_trouble
        )
        self.looks = Looks(accounts, self.writing)
        self.doorstep = Doorstep(time.monotonic)
        self.desk = Desk(on_trouble=on_trouble)
        self.counting = Counting()
        # Passwords are checked one at a time, in order: a hundred at once cost no more memory than one.
        self.door = asyncio.Lock()
        self.at_the_door = 0
        self.checker = ThreadPoolExecutor(1, thread_name_prefix="web-password")
        self.is_open = threading.Event()
        static = f"/static/{self.build}"
        self._pages = {
            language: _environment(assets, words, static) for language, words in self.words.items()
        }

    def hall(self, account: Account) -> Hall:
        """Give the side of the body that an account is for; raises :class:`NotFoundException`."""
        found = self.halls.get(account.holder.body)
        if found is None:
            raise NotFoundException("the body of this account is not served yet; try again in a moment")
        return found

    async def writing(self, write: Callable[[], Any]) -> Any:
        """Run something that writes the store, on the writing thread."""
        return await asyncio.get_running_loop().run_in_executor(self.writer, write)

    async def checking(self, check: Callable[[], Any]) -> Any:
        """Run something that hashes a password, on the one thread for that."""
        return await asyncio.get_running_loop().run_in_executor(self.checker, check)

    def render(self, template: str, language: str, theme: str, path: str, **values: Any) -> str:
        """Draw a page; everything in ``values`` is escaped."""
        return (
            self._pages[language]
            .get_template(template)
            .render(
                theme=theme,
                themes=THEMES,
                path=path,
                languages=[(each, OWN_NAMES[each]) for each in LANGUAGES],
                **values,
            )
        )

    def parts(self, template: str, language: str, page: Any) -> dict[str, str]:
        """Draw the parts of a live page that are kept new, by name: as the whole page has them."""
        found = self._pages[language].get_template(template)
        layout = self._pages[language].get_template(LIVE)
        context = found.new_context({"page": page})
        blocks = {**layout.blocks, **found.blocks}
        return {name: "".join(draw(context)) for name, draw in blocks.items() if name.startswith(_PART)}

    async def close(self) -> None:
        """End streams and threads."""
        await self.hub.close()
        self.desk.close()
        self.counting.close()
        for thread in (self.checker, self.writer):
            thread.shutdown(wait=False, cancel_futures=True)


ThisSite = NamedDependency[SkipValidation[Site]]
"""The site, as a route's handler asks for it."""


def _catalogue(assets: Path, language: str) -> gettext.NullTranslations:
    if language == _SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    try:
        return gettext.translation(_CATALOGUE, assets / "locale", [language])
    except OSError:
        raise WebError(
            f"the page's words in {language!r} are missing from {assets}: run ./riwaq once, which makes them"
        ) from None


def _environment(assets: Path, words: Words, static: str) -> Environment:
    """Make what draws templates in one language: so a part of a page can be drawn alone."""
    environment = Environment(
        # Icons are drawn into pages: so they take the colour of the words beside them.
        loader=FileSystemLoader([HERE / "templates", assets / "web"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(words=words, _=words.text, static=static)
    for file in _MACROS:
        macros = environment.get_template(file).module
        environment.globals.update(
            {name: macro for name, macro in vars(macros).items() if not name.startswith("_")}
        )
    return environment


def _build(folders: list[Path]) -> str:
    """Name what browsers keep: another text of any file is another address."""
    digest = blake2b(digest_size=6)
    for folder in folders:
        if not folder.is_dir():
            raise WebError(f"parts of the page are missing: there is no {folder}. Run ./riwaq once")
        for path in sorted(folder.glob("*.*")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
