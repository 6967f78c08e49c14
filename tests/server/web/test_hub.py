"""What streams of live pages do when something happens to a page: each viewer gets the truth, or the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from typing import Any, Final

import msgspec

from server import ServerError
from server.web.hub import Followed, Hub, Shown

BEAT_S: Final = 0.3
PAGE: Final = b"page"
BEAT: Final = b"beat"
BYE: Final = b"bye"


class Written:
    """A page that says what it is told to say; ``fails`` is raised instead, None is no such page."""

    def __init__(self, name: str, says: Any = 1) -> None:
        self.says = says
        self.fails: Exception | None = None
        self.followed = Followed(key=name, body="body", fair=name, render=self._render)

    def _render(self, languages: Collection[str]) -> Mapping[str, Shown]:
        if self.fails is not None:
            raise self.fails
        return {} if self.says is None else {each: ({"says": self.says}, "now") for each in languages}


def run(test: Callable[[Hub, list[str]], Awaitable[None]]) -> list[str]:
    """Let a test have a hub; gives what the hub wrote into the log."""
    said: list[str] = []

    async def all_of_it() -> None:
        hub = Hub(on_trouble=said.append, build="b", beat_s=BEAT_S)
        await hub.open()
        try:
            await asyncio.wait_for(test(hub, said), 10)
        finally:
            await hub.close()

    asyncio.run(all_of_it())
    return said


async def follow(hub: Hub, page: Written, language: str = "fr") -> AsyncIterator[bytes]:
    async def may() -> bool:
        return True

    stream = await hub.follow(page.followed, language, may_go_on=may)
    assert stream is not None
    return stream


async def heard(stream: AsyncIterator[bytes]) -> tuple[bytes, Any]:
    """Give the next message: its event, and what the page says there."""
    message = await asyncio.wait_for(anext(stream), 3)
    event, _, data = message.partition(b"\n")
    return event.removeprefix(b"event: "), msgspec.json.decode(data.removeprefix(b"data: ")).get("says")


def test_whoever_comes_to_a_page_that_others_read_in_another_language_sees_it_as_it_is_now() -> None:
    async def test(hub: Hub, _: list[str]) -> None:
        page = Written("fair")
        arabic, french = await follow(hub, page, "ar"), await follow(hub, page)
        assert await heard(arabic) == await heard(french) == (PAGE, 1)
        await french.aclose()  # type: ignore[attr-defined]  # a generator, as every stream is
        await asyncio.sleep(BEAT_S)
        page.says = 2
        hub.notify("body", {"fair"})
        while await heard(arabic) != (PAGE, 2):
            pass
        assert await heard(await follow(hub, page)) == (PAGE, 2)

    assert run(test) == []


def test_a_stream_whose_page_is_gone_says_goodbye_and_leaves_nothing() -> None:
    async def test(hub: Hub, _: list[str]) -> None:
        page = Written("session")
        streams = [await follow(hub, page) for _ in range(3)]
        assert [await heard(each) for each in streams] == [(PAGE, 1)] * 3
        page.says = None
        hub.notify("body", {"session"})
        for stream in streams:
            event = await heard(stream)
            while event[0] == BEAT:
                event = await heard(stream)
            assert event[0] == BYE
            assert await anext(stream, None) is None
        assert hub.viewers == 0
        # It may come back, and is then followed as ever.
        page.says = 3
        assert await heard(await follow(hub, page)) == (PAGE, 3)

    assert run(test) == []


def test_a_page_that_fails_is_said_once_whatever_the_others_do() -> None:
    async def test(hub: Hub, said: list[str]) -> None:
        sound, broken = Written("sound"), Written("broken")
        first, second = await follow(hub, sound), await follow(hub, broken)
        assert (await heard(first), await heard(second)) == ((PAGE, 1), (PAGE, 1))
        broken.fails = ValueError("what somebody wrote")
        for number in range(2, 6):
            sound.says = number
            hub.notify("body", {""})
            while await heard(first) != (PAGE, number):
                pass
        assert len(said) == 1
        assert "somebody wrote" not in said[0]
        broken.fails, broken.says = None, "well again"
        assert await heard(second) == (PAGE, "well again")

    assert len(run(test)) == 1


def test_a_page_that_cannot_be_sent_ends_no_stream() -> None:
    async def test(hub: Hub, _: list[str]) -> None:
        page = Written("fair")
        stream = await follow(hub, page)
        assert await heard(stream) == (PAGE, 1)
        page.says = "\ud800"  # half a letter: no text that can be written
        hub.notify("body", {"fair"})
        await asyncio.sleep(2 * BEAT_S)
        page.says = 2
        hub.notify("body", {"fair"})
        while await heard(stream) != (PAGE, 2):
            pass

    assert len(run(test)) == 1


def test_a_ledger_that_fails_is_said_once_for_all_pages() -> None:
    async def test(hub: Hub, said: list[str]) -> None:
        pages = [Written(name) for name in ("one", "two", "three")]
        streams = [await follow(hub, page) for page in pages]
        assert [await heard(each) for each in streams] == [(PAGE, 1)] * 3
        for page in pages:
            page.fails = ServerError("database is locked")
        await asyncio.sleep(3 * BEAT_S)
        assert len(said) == 1
        for page in pages:
            page.fails, page.says = None, 2
        assert [await heard(each) for each in streams] == [(PAGE, 2)] * 3

    assert len(run(test)) == 1
