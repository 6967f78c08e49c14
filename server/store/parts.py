"""Everything that figures are counted with, on one connection."""

from sqlalchemy import Connection

from server.store.exceptional import Exceptional
from server.store.ledger import Ledger
from server.store.presences import Presences
from server.store.registry import Registry
from server.store.session_past import SessionPast
from server.store.tallies import Tallies


class Parts:
    """The statements of one body on one connection."""

    def __init__(self, connection: Connection, body: str) -> None:
        self.ledger = Ledger(connection, body)
        self.presences = Presences(connection, body)
        self.tallies = Tallies(connection, body)
        self.registry = Registry(connection, body)
        self.past = SessionPast(connection, body)
        self.exceptional = Exceptional(connection, body)
