"""Who is asking, and whether they may: one place for pages, files and API.

A person comes with a session's cookie, a program with a token. Every route says in its ``opt`` who may
come in; one that says nothing does not start (:func:`check_routes`)::

    opt=OPEN                                everyone, signed in or not
    opt=SIGNED_IN                           whoever has an account; the handler shows what ``may`` grants
    opt=needs(Action.SEE_FAIR, the_fair)    judged by ``server.rules.access``, of what ``the_fair`` finds
    opt=needs_somewhere(Action.SEE_FAIR)    whoever may do that with anything; the handler shows its own alone

A handler asks for ``account: ThisAccount`` to know whom it serves. An account that has no such action, or
not with this thing, is answered 403, the same for a thing that is not there; only who sees everything of
the body learns what there is none of (404). What was refused is in the audit log.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Litestar
from litestar.connection import ASGIConnection, Request
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.params import SkipValidation
from litestar.routes import HTTPRoute

from server import ServerError
from server.rules.access import Account, Action, Thing, ever, everywhere, may
from server.web import WebError
from server.web.accounts import WebAccounts
from server.web.asking import SESSION, bearer, is_local
from server.web.hall import Hall
from server.web.sessions import Sessions

_ACCESS: Final = "access"
_NOTED_AGAIN_S: Final = 60.0
_MOST_NOTED: Final = 2048
_FOUND_AGAIN_S: Final = 1.0
_MOST_FOUND: Final = 512
Connection = ASGIConnection[Any, Any, Any, Any]
Finder = Callable[[Hall, Mapping[str, Any]], Thing | None]
"""Finds what a request is about, in the account's body, by the names in its path; on the reading thread."""
_Runs = Callable[[Callable[[], Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route. ``or_local``: programs of this machine need no account."""

    action: Action | None = None
    find: Finder | None = None
    is_open: bool = False
    or_local: bool = False


OPEN: Final = {_ACCESS: Access(is_open=True)}
SIGNED_IN: Final = {_ACCESS: Access()}


def needs(action: Action, find: Finder, *, or_local: bool = False) -> dict[str, Access]:
    """Say for which action with which thing a route is."""
    return {_ACCESS: Access(action, find, or_local=or_local)}


def needs_somewhere(action: Action) -> dict[str, Access]:
    """Say for which action a route is that shows each account what is its own."""
    return {_ACCESS: Access(action)}


class Guard:
    """Judges connections.

    ``read`` runs something on the thread that reads the store, ``write`` on one that may wait for it.
    """

    def __init__(
        self,
        sessions: Sessions,
        accounts: WebAccounts,
        hall_of: Callable[[Account], Hall],
        *,
        read: _Runs,
        write: _Runs,
        on_trouble: Callable[[str], None],
    ) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._hall_of = hall_of
        self._read = read
        self._write = write
        self._on_trouble = on_trouble
        self._noted: OrderedDict[tuple[str, str, str], float] = OrderedDict()
        self._found: OrderedDict[Hashable, tuple[float, asyncio.Task[Thing | None]]] = OrderedDict()

    async def who(self, connection: Connection) -> Account | None:
        """Give who has signed in, or whose token this is; raises :class:`ServerError`."""
        token = bearer(connection)
        cookie = connection.cookies.get(SESSION, "")
        if token:
            found: Account | None = await self._read(lambda: self._accounts.program(token))
        elif cookie:
            found = await self._read(lambda: self._sessions.account(cookie))
        else:
            found = None
        return found

    async def judge(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let a request pass, or raise what tells why not."""
        access = handler.opt.get(_ACCESS)
        if not isinstance(access, Access):
            raise PermissionDeniedException
        if access.is_open:
            return
        if access.or_local and not bearer(connection) and is_local(connection):
            return
        account = await self.who(connection)
        if account is None:
            raise NotAuthorizedException("sign in first, or send a token: Authorization: Bearer …")
        connection.state.account = account
        if access.action is not None:
            await self._judge(connection, account, access.action, access.find)

    async def is_still(self, connection: Connection) -> bool:
        """Say whether who was let in may still be here: streams ask again and again.

        The account must be as it was, and what is shown still be for it: a fair may have moved.
        """
        access: Access = connection.route_handler.opt[_ACCESS]
        try:
            now = await self.who(connection)
            if now is None or now != connection.state.get("account"):
                return False
            if access.action is None or access.find is None:
                return True
            thing = await self._thing_of_late(connection, now, access.find)
        except ServerError:
            # The ledger cannot be read just now, so the stream tells nothing either.
            return True
        return thing is not None and may(now.holder, access.action, thing)

    async def _judge(
        self, connection: Connection, account: Account, action: Action, find: Finder | None
    ) -> None:
        thing: Thing | None = None
        if ever(account.holder, action):
            if find is None and _are_names(connection.path_params):
                return
            if find is not None:
                thing = await self._thing(connection, account, find)
            if thing is not None and may(account.holder, action, thing):
                return
            is_there = thing is not None and thing.body == account.holder.body
            if not is_there and everywhere(account.holder, action):
                raise NotFoundException
        await self._note(connection, account, action, thing.fair if thing else "")
        raise PermissionDeniedException("this account may not see that")

    async def _thing(self, connection: Connection, account: Account, find: Finder) -> Thing | None:
        names = connection.path_params
        if not _are_names(names):
            return None
        hall = self._hall_of(account)
        found: Thing | None = await self._read(lambda: find(hall, names))
        return found

    async def _thing_of_late(self, connection: Connection, account: Account, find: Finder) -> Thing | None:
        """Find what a stream is about; a hundred streams of one page look it up once a second, together."""
        key = (account.holder.body, find, tuple(sorted(connection.path_params.items())))
        at, search = self._found.get(key, (float("-inf"), None))
        if search is None or time.monotonic() - at > _FOUND_AGAIN_S:
            # Kept before it has found anything: all streams ask at the same beat, and wait for this one.
            search = asyncio.create_task(self._thing(connection, account, find))
            self._found[key] = (time.monotonic(), search)
            self._found.move_to_end(key)
            while len(self._found) > _MOST_FOUND:
                self._found.popitem(last=False)
        # Shielded: a stream that leaves must not end what others wait for.
        return await asyncio.shield(search)

    async def _note(self, connection: Connection, account: Account, action: Action, fair: str) -> None:
        """Write a refusal down; the same one again within a minute is one."""
        # Never the address itself: what somebody wrote into it may be a name or a number.
        route = str(connection.scope["path_template"])
        key, now = (account.name, f"{connection.scope.get('method', '')} {route}", fair), time.monotonic()
        if now - self._noted.get(key, float("-inf")) < _NOTED_AGAIN_S:
            return
        self._noted[key] = now
        while len(self._noted) > _MOST_NOTED:
            self._noted.popitem(last=False)
        try:
            await self._write(
                lambda: self._accounts.note_refusal(account, route=key[1], action=action.value, fair=fair)
            )
        except ServerError as problem:
            del self._noted[key]
            self._on_trouble(f"a refusal could not be written into the audit log ({problem})")


def check_routes(app: Litestar) -> None:
    """See that every route says who may use it; raises :class:`WebError` naming those that do not."""
    silent = sorted(
        f"{sorted(handler.http_methods)} {route.path}"
        for route, handler in _handlers(app)
        if not _says(handler)
    )
    if silent:
        raise WebError(f"routes that do not say who may use them: {', '.join(silent)}")


def routes_of(app: Litestar) -> list[tuple[str, str, Access]]:
    """Give every route's method, path and access, for whoever checks them all."""
    return [
        (method, route.path_format, handler.opt[_ACCESS])
        for route, handler in _handlers(app)
        for method in sorted(handler.http_methods)
        if _says(handler)
    ]


def _are_names(params: Mapping[str, Any]) -> bool:
    """Say whether anything may be called so: where this letter stands, a database that is asked fails."""
    return not any("\0" in str(name) for name in params.values())


def _handlers(app: Litestar) -> Iterable[tuple[HTTPRoute, Any]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            # Litestar answers OPTIONS by itself, with the methods of a route and nothing else.
            yield from ((route, each) for each in route.route_handlers if each.http_methods != {"OPTIONS"})


def _says(handler: BaseRouteHandler) -> bool:
    return isinstance(handler.opt.get(_ACCESS), Access)


ThisAccount = NamedDependency[SkipValidation[Account]]
"""Whom a route's handler serves; only for routes that are not open."""


def account_of(request: Request[Any, Any, Any]) -> Account | None:
    """Give whom the guard has let in; None at an open route, and for a program of this machine."""
    found: Account | None = request.state.get("account")
    return found
