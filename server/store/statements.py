"""What the statements of one body share: looking up many values, writing many rows, on both engines."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

Row = dict[str, Any]


class Statements:
    """Statements of one body on one connection, inside the caller's transaction."""

    def __init__(self, connection: Connection, body: str) -> None:
        self._c = connection
        self._body = body

    def _for_each(
        self, column: ColumnElement[Any], values: Collection[Any], query: Select[Any]
    ) -> Sequence[Any]:
        """Give what a query finds where a column has one of these values, some thousand as a rule.

        They go as one parameter; a list of them would be taken apart by every layer below.
        """
        if not values:
            return ()
        # In order, an index is walked and not jumped about in.
        wanted = sorted(values)
        if self._is_sqlite:
            listed = func.json_each(msgspec.json.encode(wanted).decode()).table_valued("value")
            return self._c.execute(query.where(column.in_(select(listed.c.value)))).all()
        # PostgreSQL would read the whole body where its statistics are as young as the fair's first
        # hour. The OFFSET forbids that: it must look up value by value.
        array = func.unnest(cast(wanted, ARRAY(column.type))).table_valued("value").render_derived()
        found = query.where(column == array.c.value).offset(literal_column("0")).lateral()
        return self._c.execute(select(found).select_from(array.join(found, true()))).all()

    def _add_many(self, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows of these columns, by the driver itself: SQLAlchemy would look at each value."""
        complete = [(self._body, *row) for row in rows]
        if not complete:
            return
        columns = ", ".join(("body", *names))
        if self._is_sqlite:
            marks = ", ".join("?" * (len(names) + 1))
            statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - own names
            self._c.exec_driver_sql(statement, complete)
            return
        driver: Any = self._c.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in complete:
                copy.write_row(row)

    @property
    def _is_sqlite(self) -> bool:
        return self._c.dialect.name == "sqlite"

    def _upsert(self, table: Any, rows: Sequence[Row], changing: tuple[str, ...]) -> None:
        if not rows:
            return
        statement = self._insert(table)
        keys = [column.name for column in table.primary_key]
        if changing:
            statement = statement.on_conflict_do_update(
                index_elements=keys, set_={name: statement.excluded[name] for name in changing}
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
        self._c.execute(statement, [{"body": self._body, **row} for row in rows])

    def _insert(self, table: Any) -> Any:
        """Give the engine's INSERT with ON CONFLICT: the two spell it alike, SQLAlchemy keeps them apart."""
        return (sqlite if self._is_sqlite else postgresql).insert(table)
