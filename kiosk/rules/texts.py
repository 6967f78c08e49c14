"""Which text stands where a programme lacks one, and what it lacks."""

from collections.abc import Iterator, Mapping

from wire.programme import Programme


def text_in(texts: Mapping[str, str], language: str, body_language: str) -> str:
    """Give a text in a language; else in the body's, in French, in Arabic, in any; empty for none at all."""
    for each in (language, body_language, "fr", "ar"):
        if text := texts.get(each):
            return text
    return next((text for text in texts.values() if text), "")


def missing_texts(programme: Programme) -> dict[str, list[str]]:
    """Name by language what a programme says in none of its own languages' words: ``offers.loan``."""
    found: dict[str, list[str]] = {}
    for place, texts in _texts(programme):
        for language in programme.theme.languages:
            if not texts.get(language):
                found.setdefault(language, []).append(place)
    return found


def _texts(programme: Programme) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "body", programme.body.names
    yield "fair", programme.fair.names
    for name, entries in (
        ("booths", programme.booths),
        ("partners", programme.partners),
        ("offers", programme.offers),
        ("sessions", programme.sessions),
        ("topics", programme.topics),
        ("notices", programme.notices),
    ):
        for entry in entries:
            yield f"{name}.{entry.id}", entry.names
    for consent in programme.consents:
        yield f"consents.{consent.id}", consent.texts
    for notice in programme.notices:
        yield f"notices.{notice.id}.texts", notice.texts
