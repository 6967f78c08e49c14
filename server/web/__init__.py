"""The live page and the open API: Litestar behind uvicorn, in a thread of the server's process.

``serving`` runs it, ``app`` puts routes, guards and headers together, ``hub`` pushes changes to
everyone who looks. What it shows comes through ``source``; ``rules`` decide what and in which
words.

Errors::

    ServerError
    └── WebError    the page cannot be served; the message says what to do
"""

from typing import Final

from server import ServerError

FIRST_ACCOUNT: Final = "organizer"
"""Whose one-time link ``riwaq-server init`` shows."""


class WebError(ServerError):
    """The page cannot be served; the message says why and what to do."""
