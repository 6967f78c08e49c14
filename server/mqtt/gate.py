"""amqtt with a gate before it; runs in the broker's own process only (see ``broker``).

amqtt 0.12 does the MQTT; what follows is closed here, because each would let one client silence,
overhear or drown the others (each has its test):

- A CONNECT ends the session that holds its client id *before* its password is looked at.
- A second CONNECT with the same id leaves the first connection open, whose will ("offline") then
  speaks over the newcomer's "online" whenever the old socket dies.
- Keep alive is not enforced: a kiosk whose cable was pulled stays "online" for ever.
- Wills are published without asking for rights.
- Whoever connects is sent every retained message that *any* client is subscribed to.
- Subscribing while a message is handed out breaks the loop over the table: the message is lost.
- Inner lengths are trusted, no packet is too large, nothing is ever told to wait, and QoS 2
  messages that are never released stay in memory.

A :class:`Connection` therefore takes whole packets from the socket, checks them (``packets``) and
who sent them (``access``), and hands amqtt only what is in order. amqtt is fed through its own
"external listener", so that no code of it opens a port.
"""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Final

from amqtt.adapters import ReaderAdapter, StreamWriterAdapter

from server.mqtt import packets
from server.mqtt.access import AccountBook, AccountsError, refusal
from server.mqtt.guarded import LISTENER, GuardedBroker, LibraryTroubles, Troubles
from wire import envelope

DEVICE_PACKET: Final = envelope.MAX_MESSAGE + 1024
"""The largest packet of a device, in bytes: a message that the server would read, and its topic."""
SERVER_PACKET: Final = 1024 * 1024
CONNECT_PACKET: Final = 4 * 1024
"""The largest CONNECT, in bytes: it comes from strangers, and holds an id, a password and a will."""

MAX_CONNECTIONS: Final = 1000
MAX_STRANGERS: Final = 128
"""How many connections may be open that have not said who they are."""
MAX_BACKLOG: Final = 128
"""Messages under way to clients; above it no device's next message is taken in."""
MAX_UNHANDLED: Final = 16
"""Messages taken from one client and not yet handed on."""

KNOCK_SECONDS: Final = 10.0
DRAIN_SECONDS: Final = 20.0
"""How long a client may take nothing of what is sent to it."""
TAKE_OVER_SECONDS: Final = 5.0
LINGER_SECONDS: Final = 10.0
"""How long amqtt may go on with a connection that has ended."""
HOUSEKEEPING_SECONDS: Final = 0.5

_CHUNK: Final = 64 * 1024
_LONG_LENGTH: Final = 0x80


class _Writer(StreamWriterAdapter):  # type: ignore[misc]  # amqtt ships no types
    """amqtt's writer that waits neither for ever nor when there is nothing to wait for."""

    def __init__(self, writer: asyncio.StreamWriter, troubles: Troubles) -> None:
        super().__init__(writer)
        self._stream = writer
        self._troubles = troubles

    def write(self, data: bytes) -> None:
        """Send bytes, or drop them when the connection is ending."""
        if not self._stream.transport.is_closing():
            self._stream.write(data)

    async def drain(self) -> None:
        """Wait until the client takes what was sent, and drop a client that takes nothing."""
        # Not suspending in the ordinary case also keeps an acknowledgement from arriving before
        # amqtt waits for it.
        if self._stream.transport.get_write_buffer_size() <= _CHUNK:
            return
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._stream.drain()
        except TimeoutError:
            self._troubles.report("dropped a client that takes nothing")
            self._stream.transport.abort()

    async def close(self) -> None:
        """Close without waiting: amqtt would hold a dead client's session until the kernel gives up."""
        self._stream.close()


class Connection(ReaderAdapter):  # type: ignore[misc]  # amqtt ships no types
    """One client's connection, and the reader from which amqtt takes its packets.

    ``read`` gives bytes of one packet until that is used up, then waits for the next; at the end of
    the connection, and after anything that is out of order, it gives no more bytes.
    """

    def __init__(self, gate: "Gate", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._gate = gate
        self._reader = reader
        self._writer = writer
        self._packet = b""
        self._at = 0
        self._limit = CONNECT_PACKET
        self._seen = gate.loop.time()
        self._silence = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._is_leaving = False
        self._is_attended = False
        self._linger: asyncio.TimerHandle | None = None
        self._task = asyncio.current_task()
        self.client_id = ""
        self.password_hash: str | None = None
        self.is_server = False
        self.done = asyncio.Event()

    @property
    def peer(self) -> str:
        """Where the client is, for the log."""
        name = self._writer.get_extra_info("peername")
        return str(name[0]) if name else "an unknown address"

    async def knock(self) -> packets.Connect:
        """Read the client's CONNECT and keep it for amqtt; raises PacketError, TimeoutError, EOFError."""
        async with asyncio.timeout(KNOCK_SECONDS):
            first, head, body = await self._receive()
        if first != packets.CONNECT << 4:
            raise packets.PacketError("the first packet is no CONNECT")
        connect = packets.parse_connect(body)
        # amqtt's own clock would cut a packet in two, and does not end the connection.
        self._packet, self._at = head + packets.without_keep_alive(body), 0
        return connect

    def admit(self, connect: packets.Connect, password_hash: str | None, *, is_server: bool) -> None:
        """Let the client in: from now on amqtt may read."""
        self.client_id = connect.knock.client_id
        self.password_hash = password_hash
        self.is_server = is_server
        self._limit = SERVER_PACKET if is_server else DEVICE_PACKET
        # One and a half times the keep alive, as the standard has it.
        self._silence = connect.keep_alive * 1.5
        if self._silence:
            self._watch = self._gate.loop.call_later(self._silence, self._check_silence)

    def _check_silence(self) -> None:
        left = self._seen + self._silence - self._gate.loop.time()
        if left <= 0:
            self.end()
        else:
            self._watch = self._gate.loop.call_later(left, self._check_silence)

    def end(self) -> None:
        """End the connection now; amqtt sees the end of the stream and publishes the will."""
        self._writer.transport.abort()

    def forget(self) -> None:
        """Release what the connection holds, when amqtt is done with it."""
        for timer in (self._watch, self._linger):
            if timer:
                timer.cancel()
        self._writer.close()
        self.done.set()

    async def read(self, n: int = -1) -> bytes:
        """Give up to n bytes of the packet at hand or of the next one; fewer than n is its end."""
        if self._at >= len(self._packet):
            self._packet, self._at = await self._next(), 0
            if not self._packet and not self._linger:
                self._linger = self._gate.loop.call_later(LINGER_SECONDS, self._give_up)
        part = self._packet[self._at : self._at + n]
        self._at += n
        return part

    def feed_eof(self) -> None:
        """Let nothing more be read."""
        self._reader.feed_eof()

    def _give_up(self) -> None:
        self._gate.troubles.report("amqtt did not let go of a connection that had ended")
        if self._task:
            self._task.cancel()

    async def _next(self) -> bytes:
        if not self._is_attended:
            # The end of the stream before amqtt listens for it is never noticed: the session would
            # stay for ever. It begins to listen within a turn or two of the loop.
            self._is_attended = True
            for _ in range(100):
                if self._gate.broker.attends(self.client_id):
                    break
                await asyncio.sleep(0)
        if self._is_leaving:
            # amqtt drops a DISCONNECT when the end of the stream comes right behind it, and
            # publishes the will of a client that said goodbye.
            await asyncio.sleep(TAKE_OVER_SECONDS)
            return b""
        try:
            first, head, body = await self._receive()
            kind = packets.check(first, body)
        except EOFError:
            await self._settle()
            return b""
        except packets.PacketError as error:
            self._gate.troubles.report(f"ended a connection: {error}", f" (of {self.client_id})")
            return b""
        if kind == packets.DISCONNECT:
            self._is_leaving = True
            await self._settle()
        elif kind == packets.PUBLISH:
            await self._wait_for_room()
        # amqtt works on a packet in tasks of its own; let them run even if more is at hand.
        await asyncio.sleep(0)
        return head + body

    async def _receive(self) -> tuple[int, bytes, bytes]:
        """Take one packet: its first byte, the bytes of its header, the rest."""
        try:
            head = await self._reader.readexactly(2)
            while head[-1] & _LONG_LENGTH and len(head) <= packets.LENGTH_BYTES:
                head += await self._reader.readexactly(1)
        except (asyncio.IncompleteReadError, OSError):
            raise EOFError from None
        if head[-1] & _LONG_LENGTH:
            raise packets.PacketError("a length of more than four bytes")
        length = sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(head[1:]))
        if length > self._limit:
            raise packets.PacketError(f"a packet of more than {self._limit} bytes")
        parts = []
        while length:
            try:
                part = await self._reader.read(min(length, _CHUNK))
            except OSError:
                part = b""
            if not part:
                raise EOFError
            # A long packet on a slow line is not silence.
            self._seen = self._gate.loop.time()
            parts.append(part)
            length -= len(part)
        self._seen = self._gate.loop.time()
        return head[0], head, b"".join(parts)

    async def _wait_for_room(self) -> None:
        """Hold a message back while too much is under way.

        The server is never held back by what waits for clients: its acknowledgements come on the
        same connection as its messages, and would stand behind them.
        """
        broker = self._gate.broker
        while broker.unhandled(self.client_id) >= MAX_UNHANDLED or (
            not self.is_server and broker.backlog() >= MAX_BACKLOG
        ):
            if self._writer.transport.is_closing():
                return
            await asyncio.sleep(0.002)

    async def _settle(self) -> None:
        """Let amqtt hand on what the client sent before it left: at the end of the stream it drops it."""
        deadline = self._gate.loop.time() + 2
        await asyncio.sleep(0)
        # amqtt's queue tells nobody that it is empty.
        while self._gate.broker.unhandled(self.client_id):
            if self._gate.loop.time() > deadline:
                break
            await asyncio.sleep(0.002)
        await asyncio.sleep(0)


class Gate:
    """Takes connections, lets in who may, and ends those whose account goes away."""

    def __init__(self, broker: GuardedBroker, troubles: Troubles) -> None:
        self.broker = broker
        self.troubles = troubles
        self.loop = asyncio.get_running_loop()
        self._book = broker.access.book
        self._strangers = 0
        self._inside: dict[str, Connection] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends. Whatever happens to it stays with it."""
        connection = Connection(self, reader, writer)
        try:
            if await self._let_in(connection, writer):
                await self.broker.external_connected(connection, _Writer(writer, self.troubles), LISTENER)
        except Exception as error:  # noqa: BLE001 - one client's trouble must not reach the others
            self.troubles.report(f"a connection failed ({type(error).__name__})", f" from {connection.peer}")
        finally:
            connection.forget()
            if self._inside.get(connection.client_id) is connection:
                del self._inside[connection.client_id]

    async def _let_in(self, connection: Connection, writer: asyncio.StreamWriter) -> bool:
        if self._strangers >= MAX_STRANGERS:
            self.troubles.report(f"more than {MAX_STRANGERS} connections did not say who they are")
            return False
        self._strangers += 1
        try:
            connect = await connection.knock()
        except packets.VersionError:
            writer.write(packets.connack(packets.WRONG_VERSION))
            self.troubles.report("refused another protocol than MQTT 3.1.1", f" from {connection.peer}")
            return False
        except packets.PacketError as error:
            self.troubles.report(f"refused a connection: {error}", f" (from {connection.peer})")
            return False
        except (TimeoutError, EOFError):
            # Port scanners and load balancers look whether somebody is there: no trouble.
            return False
        finally:
            self._strangers -= 1
        code = self._verdict(connection, connect)
        if code != packets.ACCEPTED:
            writer.write(packets.connack(code))
            return False
        await self._take_over(connection)
        return True

    def _verdict(self, connection: Connection, connect: packets.Connect) -> int:
        self._refresh()
        accounts, knock = self._book.accounts, connect.knock
        why = refusal(accounts, knock)
        account = accounts.find(knock.account or "")
        if why is not None or account is None:
            known = f"{account.name} " if account else ""
            self.troubles.report(f"refused a client: {why}", f" ({known}at {connection.peer})")
            return packets.NOT_AUTHORISED
        if not connect.clean_session:
            # Messages for a session that outlives its connection pile up here.
            self.troubles.report("refused a client without clean session", f": {account.name}")
            return packets.BAD_CLIENT_ID
        if len(self._inside) >= MAX_CONNECTIONS and knock.client_id not in self._inside:
            self.troubles.report(f"refused a client: {MAX_CONNECTIONS} are connected already")
            return packets.UNAVAILABLE
        connection.admit(connect, accounts.hash_of(account.name), is_server=account.is_server)
        return packets.ACCEPTED

    async def _take_over(self, connection: Connection) -> None:
        """End the connection that holds the same client id, and wait until its will has spoken."""
        before = self._inside.get(connection.client_id)
        self._inside[connection.client_id] = connection
        if before is None:
            return
        before.end()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TAKE_OVER_SECONDS):
                await before.done.wait()

    def _refresh(self) -> bool:
        try:
            return self._book.refresh()
        except AccountsError as error:
            self.troubles.report(f"the accounts file is not usable, the former accounts hold: {error}")
            return False

    async def keep_house(self) -> None:
        """Follow the accounts file for ever; who lost an account or has a new password is put out."""
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            # A connect may have read the file already: compare with what each was let in by.
            self._refresh()
            for name, connection in list(self._inside.items()):
                if self._book.accounts.hash_of(name) != connection.password_hash:
                    self.troubles.report("ended a connection whose account is gone or changed", f": {name}")
                    connection.end()


async def run(accounts: Path, host: str, port: int, *, tied: bool = False) -> None:
    """Run the broker until SIGTERM (or SIGINT, unless it is tied to a server).

    Writes one line to standard output when it listens, ``listening on HOST:PORT``.
    Raises OSError when the address cannot be had, AccountsError when the accounts cannot be read.
    """
    loop = asyncio.get_running_loop()
    troubles = Troubles()
    logging.basicConfig(handlers=[LibraryTroubles(troubles)], level=logging.WARNING)
    loop.set_exception_handler(
        lambda _, context: troubles.report(f"inner trouble ({type(context.get('exception')).__name__})")
    )
    _raise_file_limit()
    AccountBook(accounts)  # amqtt would hide the reason behind its own error
    broker = GuardedBroker(accounts, troubles)
    gate = Gate(broker, troubles)
    # All kiosks of a hall come back at once after a restart: a long queue.
    server = await asyncio.start_server(gate.serve, host, port, backlog=512)
    for listener in server.sockets:
        _notice_dead_peers(listener)
    await broker.start()
    house = asyncio.create_task(gate.keep_house())
    over = asyncio.Event()
    for number in (signal.SIGTERM,) if tied else (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    bound = server.sockets[0].getsockname()
    sys.stdout.write(f"listening on {bound[0]}:{bound[1]}\n")
    sys.stdout.flush()
    await over.wait()
    house.cancel()
    # There is nothing to save, and amqtt's own way out waits for every client.
    os._exit(0)


def _notice_dead_peers(listener: socket.socket) -> None:
    """Let the kernel ask after clients that declared no keep alive; connections inherit it (Linux)."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _raise_file_limit() -> None:
    """Allow a file for every connection; Debian's ordinary limit of 1024 is just too small."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + MAX_STRANGERS + 64
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
