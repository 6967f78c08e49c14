"""The collectors of a server that serves several bodies: each hears what is said below its own."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from server.collector import Collector, Mouth
from wire import topics


class Collectors:
    """Collectors by body; a message goes to that of its topic's body."""

    def __init__(self, collectors: Mapping[str, Collector]) -> None:
        self._of = dict(collectors)

    def __iter__(self) -> Iterator[tuple[str, Collector]]:
        return iter(self._of.items())

    def __getitem__(self, body: str) -> Collector:
        return self._of[body]

    @property
    def filters(self) -> list[str]:
        """Give the topic filters of all of them."""
        return [each for body in self._of for each in Collector.filters(body)]

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message from the subscriber's thread; the filters let through no other body's."""
        self._of[topics.body_of(topic)].hear(topic, payload)

    def ready(self) -> None:
        """Note, from any thread, that the subscription stands."""
        for collector in self._of.values():
            collector.ready()

    def start(self, mouth: Mouth, *, on_moved: Callable[[str, Collection[str]], None] | None = None) -> None:
        """Begin to work; ``on_moved`` gets a body and the fairs of it that have just changed."""
        for body, collector in self._of.items():
            collector.start(mouth, on_moved=partial(on_moved, body) if on_moved else None)

    def stop(self) -> None:
        """Finish the transactions at hand and stop."""
        for collector in self._of.values():
            collector.stop()

    def tallies(self) -> dict[str, dict[str, Any]]:
        """Give what was seen since the start, by body."""
        return {body: asdict(collector.tally) for body, collector in self._of.items()}
