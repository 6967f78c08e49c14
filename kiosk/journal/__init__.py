"""The kiosk's durable record: ``record`` writes it, ``view`` reads it."""

from kiosk.journal.record import Journal, Salvage
from kiosk.journal.view import Entry, JournalError, JournalView, Position, reading

__all__ = ["Entry", "Journal", "JournalError", "JournalView", "Position", "Salvage", "reading"]
