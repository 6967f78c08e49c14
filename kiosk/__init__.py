"""The kiosk: reads cards, decides, records facts and carries them to the server.

``station`` is the shell that joins the pure ``rules`` with the parts at the rim: the
``devices``, the ``journal`` (SQLite) and the ``uplink`` (MQTT). ``bootstrap`` is the one
place that names concrete parts together.

Errors::

    KioskError
    ├── ConfigError        kiosk.toml cannot be used; holds every problem at once
    ├── JournalError       the journal cannot be opened or written
    └── DecoderUnavailableError   a library that reads codes is not installed
"""


class KioskError(Exception):
    """Base of everything that this package raises for a person to read."""
