"""amqtt's broker with its gaps closed, and the rules of ``access`` as amqtt asks for them.

Everything here runs in the broker's own process; ``gate`` says which gaps, and closes the rest of
them before amqtt sees a byte.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amqtt.broker import Broker
from amqtt.contexts import Action as AmqttAction
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from server.mqtt import packets
from server.mqtt.access import AccountBook, Action, Knock, may, may_retain, refusal

LISTENER: Final = "default"
RETAINED_STATE: Final = 16 * 1024
"""The largest message of a device that stays behind, in bytes."""
MAX_FILTERS: Final = 32
"""How many subscriptions a device may hold."""
SERVERS_FILTERS: Final = 4096
"""How many the server may: some for each of its bodies."""
QUIET_SECONDS: Final = 60.0
"""How long one kind of trouble is only counted after it was named."""


class Troubles:
    """Names a kind of trouble on standard error when it first happens, then at most once a minute."""

    def __init__(self) -> None:
        self._named: dict[str, tuple[float, int]] = {}

    def report(self, kind: str, detail: str = "") -> None:
        """Say or count one trouble. Neither text may hold a password or a payload."""
        now = time.monotonic()
        at, more = self._named.get(kind, (-QUIET_SECONDS, 0))
        if now - at < QUIET_SECONDS:
            self._named[kind] = (at, more + 1)
            return
        self._named[kind] = (now, 0)
        counted = f" ({more} more of this kind since)" if more else ""
        sys.stderr.write(f"{kind}{detail}{counted}\n")
        sys.stderr.flush()


class LibraryTroubles(logging.Handler):
    """Warnings of amqtt and asyncio by their place in the source: their texts may quote a packet."""

    def __init__(self, troubles: Troubles) -> None:
        super().__init__(logging.WARNING)
        self._troubles = troubles

    def emit(self, record: logging.LogRecord) -> None:
        """Report a record's place, and the kind of exception it carries."""
        error = record.exc_info[1] if record.exc_info else None
        what = f" ({type(error).__name__})" if error else ""
        self._troubles.report(f"inner trouble at {record.name}.{record.funcName}:{record.lineno}{what}")


class AccessPlugin(BaseAuthPlugin, BaseTopicPlugin):  # type: ignore[misc]  # amqtt ships no types
    """The rules of ``access`` as amqtt asks for them: a second look behind the gate."""

    @dataclass
    class Config:
        """What the plugin is given: where the accounts file is."""

        accounts: str

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self.book = AccountBook(Path(self.config.accounts))

    async def authenticate(self, *, session: Session) -> bool:
        """Say whether a session's account and password hold."""
        knock = Knock(session.username, (session.password or "").encode(), session.client_id or "")
        return refusal(self.book.accounts, knock) is None

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: AmqttAction | None = None
    ) -> bool:
        """Say whether a session may do that with a topic or filter."""
        return self.allows(session, topic, action)

    def allows(self, session: Session | None, topic: str | None, action: AmqttAction | None) -> bool:
        """Answer at once, where amqtt must not be interrupted. An account that is gone may nothing."""
        if session is None or topic is None or action is None:
            return False
        account = self.book.accounts.find(session.username or "")
        return account is not None and may(account, Action(action.value), topic)


class _Deliveries:
    """What amqtt keeps in a deque: its deliveries under way. Each leaves when it is done.

    In the deque one client that does not acknowledge keeps every later delivery, with its payload.
    """

    def __init__(self, troubles: Troubles) -> None:
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._troubles = troubles

    def append(self, task: asyncio.Task[Any]) -> None:
        self._tasks[task] = None
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, TimeoutError):
            self._troubles.report("a client did not acknowledge a message within 5 s")
        elif error is not None:
            self._troubles.report(f"a message was not delivered ({type(error).__name__})")

    def popleft(self) -> asyncio.Task[Any]:
        task = next(iter(self._tasks))
        del self._tasks[task]
        return task

    def __getitem__(self, index: int) -> asyncio.Task[Any]:
        return list(self._tasks)[index] if index else next(iter(self._tasks))

    def __iter__(self) -> Iterator[asyncio.Task[Any]]:
        return iter(list(self._tasks))

    def __len__(self) -> int:
        return len(self._tasks)


class GuardedBroker(Broker):  # type: ignore[misc]  # amqtt ships no types
    """amqtt's broker with what it leaves open closed; see the module's list."""

    # A newer amqtt that renamed one of these would quietly run without it.
    REPLACED: Final = (
        "_handle_unsubscription",
        "_publish_retained_messages_for_subscription",
        "_topic_filtering",
        "add_subscription",
        "retain_message",
    )

    def __init__(self, accounts: Path, troubles: Troubles) -> None:
        missing = [name for name in self.REPLACED if not hasattr(Broker, name)]
        if missing:
            raise RuntimeError(f"this amqtt has no {', '.join(missing)}: use the locked version")
        plugin = f"{AccessPlugin.__module__}.{AccessPlugin.__qualname__}"
        config = BrokerConfig(
            listeners={LISTENER: ListenerConfig(type=ListenerType.EXTERNAL)},
            # Naming plugins at all keeps out amqtt's defaults: anonymous clients and $SYS.
            plugins={plugin: {"accounts": str(accounts)}},
        )
        super().__init__(config)
        self.troubles = troubles
        self.access: AccessPlugin = self.plugins_manager.get_plugin(AccessPlugin.__name__)
        self._tasks_queue = _Deliveries(troubles)
        self._state_of: dict[str, str] = {}

    def backlog(self) -> int:
        """Count the messages taken in and not yet delivered."""
        return int(self._broadcast_queue.qsize()) + len(self._tasks_queue)

    def attends(self, client_id: str) -> bool:
        """Say whether amqtt would notice the end of a client's connection already."""
        _, handler = self._sessions.get(client_id, (None, None))
        # Without the attribute, in another amqtt, the answer does not matter.
        return handler is not None and getattr(handler, "_disconnect_waiter", self) is not None

    def unhandled(self, client_id: str) -> int:
        """Count the messages that a client sent and that were not handed on yet."""
        session, _ = self._sessions.get(client_id, (None, None))
        return int(session.delivered_message_queue.qsize()) if session else 0

    async def _topic_filtering(self, session: Session, topic: str, action: AmqttAction) -> bool:
        # Never suspends: amqtt asks while it walks the live table of subscriptions, and a client
        # that subscribes meanwhile would break the walk.
        return self.access.allows(session, topic, action)

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        # amqtt calls this on every connect for the filters of *all* clients.
        if any(holder is session for holder, _ in self._subscriptions.get(subscription[0], ())):
            await super()._publish_retained_messages_for_subscription(subscription, session)

    async def add_subscription(self, subscription: tuple[str, int], session: Session) -> int:
        """Subscribe a session to a (filter, QoS) and give the QoS granted, or the code of a refusal."""
        topic_filter, qos = subscription
        held = sum(
            1 for holders in self._subscriptions.values() for holder, _ in holders if holder is session
        )
        account = self.access.book.accounts.find(session.username or "")
        most = SERVERS_FILTERS if account is not None and account.is_server else MAX_FILTERS
        if held >= most:
            self.troubles.report(f"a client wanted more than {most} subscriptions")
            return packets.REFUSED_FILTER
        code = int(await super().add_subscription((topic_filter, min(qos, packets.MAX_QOS)), session))
        if code == packets.REFUSED_FILTER:
            self.troubles.report("refused a subscription", f" of {session.client_id}")
        return code

    async def _handle_unsubscription(
        self, client_session: Any, handler: Any, unsubscribe_waiter: Any
    ) -> None:
        filters = unsubscribe_waiter.result().topics
        await super()._handle_unsubscription(client_session, handler, unsubscribe_waiter)
        # amqtt keeps the filter with nobody behind it, for ever.
        for topic_filter in filters:
            if not self._subscriptions.get(topic_filter, True):
                del self._subscriptions[topic_filter]

    async def retain_message(
        self,
        source_session: Session | None,
        topic_name: str | None,
        data: bytes | bytearray | None,
        qos: int | None = None,
    ) -> None:
        """Keep a message for later subscribers: of a device only its state, and one of it."""
        account = self.access.book.accounts.find((source_session and source_session.username) or "")
        if account is None or topic_name is None:
            return
        if not account.is_server:
            if not may_retain(account, topic_name) or len(data or b"") > RETAINED_STATE:
                self.troubles.report("did not retain a device's message", f": {account.name}")
                return
            # The region is any name: without this a device could leave a state in each of them.
            before = self._state_of.get(account.name)
            if before not in (None, topic_name):
                self._retained_messages.pop(before, None)
            self._state_of[account.name] = topic_name
        await super().retain_message(source_session, topic_name, data, qos)
