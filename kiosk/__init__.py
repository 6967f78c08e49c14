"""The kiosk: reads cards, decides, records facts and carries them to the server.

``station`` is the shell that joins the pure ``rules`` with the parts at the rim: the
``devices``, the ``journal`` (SQLite) and the ``uplink`` (MQTT). ``bootstrap`` is the one
place that names concrete parts together.

Errors::

    KioskError
    ├── ConfigError        kiosk.toml cannot be used; holds every problem at once
    ├── JournalError       the journal cannot be opened or written
    ├── DecoderUnavailableError   a library that reads codes is not installed
    ├── NotMadeError       fonts, tones and words are not made yet
    ├── NoArabicError      a library that sets Arabic is not installed
    └── NoScreenError      there is no screen to open the window on
"""


class KioskError(Exception):
    """Base of everything that this package raises for a person to read."""
