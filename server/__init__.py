"""The server: takes in what kiosks send, keeps the ledger of facts, and says what it counts.

``collector`` is the shell: it hears the broker, has ``intake`` commit batches to the
``store`` by the pure ``rules``, and acknowledges after COMMIT. ``commands`` is what an
operator types; ``bootstrap`` is the one place that names concrete parts together.

Errors::

    ServerError
    ├── SettingsError      the server's directory or settings cannot be used
    ├── StoreError         the ledger cannot be opened
    ├── NotNowError        what is kept cannot be read or written just now; trying again is safe
    │   └── TransactionError   a transaction failed; nothing of it was written
    ├── WebError           the page cannot be served, or its account cannot be made
    ├── FairFileError      a fair file has problems; holds every one with its line
    ├── BackupError        a backup cannot be made or put back as asked
    ├── BackupFileError    a file is no whole backup, or none can be written there
    └── OfficeError        what an operator asked for cannot be done
"""


class ServerError(Exception):
    """Base of everything that this package raises for a person to read."""


class NotNowError(ServerError):
    """What is kept cannot be read or written just now; its words are the database's own, and for the log."""
