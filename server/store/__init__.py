"""The ledger and the registry: SQLAlchemy Core on SQLite or PostgreSQL, one set of statements."""
