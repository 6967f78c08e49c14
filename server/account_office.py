"""What an operator does with accounts: each act is one transaction, with its row in the audit log."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from server import ServerError
from server.rules.access import Holder, misfit
from server.rules.fair import FairDefinition
from server.rules.names import MAX_LABEL, is_label
from server.rules.passwords import digest
from server.settings import Home
from server.store.accounts import AccountRow, AccountRows, scope_of
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store
from server.store.registry import Registry
from server.store.sessions import Sessions
from wire.folding import folded
from wire.programme import Territory

LINK_MS: Final = 24 * 3600 * 1000
_SECRET_BYTES: Final = 32
_MOST_SHOWN: Final = 20


class AccountError(ServerError):
    """What was asked of an account cannot be done; the message says why and what to do instead."""


class AccountOffice:
    """The accounts of one body, changed by ``who``. ``clock`` gives ms UTC; ``body`` may be empty yet."""

    def __init__(self, home: Home, store: Store, body: str, *, clock: Callable[[], int], who: str) -> None:
        self._home = home
        self._store = store
        self._body = body
        self._clock = clock
        self._who = who

    def known(self) -> list[AccountRow]:
        """Give the body's accounts, by name."""
        with self._store.reading() as connection:
            return [row for row in AccountRows(connection).all() if row.body == self._body]

    def add(self, name: str, holder: Holder) -> str:
        """Make an account for a person and give its one-time link's secret; raises :class:`AccountError`."""
        with self._acting() as connection:
            self._add(connection, name, holder)
            return self._link(connection, name)

    def link(self, name: str, *, without_code: bool = False) -> str:
        """Give a new one-time link's secret; the one before is good no more. The password stays until then.

        ``without_code``: no one-time code is asked for any more. Raises :class:`AccountError`.
        """
        with self._acting() as connection:
            row = self._one(connection, name)
            if row.token_sha256:
                raise AccountError(f"{name} is a program: give it a token with  riwaq-server account token")
            if row.disabled_at is not None:
                raise AccountError(f"{name} is disabled: first  riwaq-server account enable {name}")
            if without_code:
                AccountRows(connection).change(name, code_secret=None)
            self._note(connection, "link", row, codes="off" if without_code else "")
            return self._link(connection, name)

    def change(self, name: str, holder: Holder) -> None:
        """Give an account another role and scope; whoever has signed in with it signs in again."""
        with self._acting() as connection:
            row = self._one(connection, name)
            self._check(holder)
            AccountRows(connection).change(name, role=holder.role.value, scope=scope_of(holder))
            self._note(connection, "account changed", row, holder)

    def disable(self, name: str) -> bool:
        """Let nobody in by this account: sessions and links end. False where it was disabled already."""
        with self._acting() as connection:
            row = self._one(connection, name)
            if row.disabled_at is not None:
                return False
            now = self._clock()
            AccountRows(connection).change(name, disabled_at=now, link_sha256="", link_until=0)
            self._note(connection, "account disabled", row)
        return True

    def enable(self, name: str) -> bool:
        """Let an account in again, as it was; False where it was not disabled."""
        with self._acting() as connection:
            row = self._one(connection, name)
            if row.disabled_at is None:
                return False
            AccountRows(connection).change(name, disabled_at=None)
            self._note(connection, "account enabled", row)
        return True

    def token(self, name: str, holder: Holder | None) -> str:
        """Give a program's token, shown once: of a new account, or in place of the one before.

        ``holder`` may be left out for a program that is known. Raises :class:`AccountError`.
        """
        token = secrets.token_urlsafe(_SECRET_BYTES)
        with self._acting() as connection:
            rows = AccountRows(connection)
            row = rows.get(name)
            if row is None:
                if holder is None:
                    raise AccountError(f"{name} is new: say what it may read, as in  --role auditor")
                self._add(connection, name, holder)
            else:
                self._own(row)
                if not row.token_sha256:
                    raise AccountError(f"{name} is a person's account: choose another name for a program")
                self._check(holder or row.holder)
                held = holder or row.holder
                rows.change(name, role=held.role.value, scope=scope_of(held), disabled_at=None)
                self._note(connection, "token", row, held)
            rows.change(name, token_sha256=digest(token))
        return token

    def revoke_token(self, name: str) -> bool:
        """Refuse a program's token from now on; False where that was done already."""
        with self._store.reading() as connection:
            row = self._one(connection, name)
        if not row.token_sha256:
            raise AccountError(f"{name} is a person's account: riwaq-server account disable {name}")
        return self.disable(name)

    # -- scopes ------------------------------------------------------------------------------

    def territory(self, text: str) -> str:
        """Give the id of one of the body's territories, by id or name; raises :class:`AccountError`.

        A commune that the body has not described is none: no fair lies in it.
        """
        described = (each for definition in self._definitions for each in definition.territories)
        known = {each.id: each for each in (*self._own_territories(), *described)}
        if text in known:
            return text
        wanted = folded(text)
        found = [each.id for each in known.values() if wanted in map(folded, each.names.values())]
        if len(found) == 1:
            return found[0]
        raise AccountError(_choose("--territory", text, found or sorted(known)))

    def _check(self, holder: Holder) -> None:
        if problem := misfit(holder):
            raise AccountError(problem)
        definitions = self._definitions
        fairs = {each.fair.id: each for each in definitions}
        if holder.fair and holder.fair not in fairs:
            raise AccountError(_choose("--fair", holder.fair, sorted(fairs)))
        within: Sequence[FairDefinition] = [fairs[holder.fair]] if holder.fair else definitions
        booths = {booth.id for each in within for booth in each.booths}
        if holder.booth and holder.booth not in booths:
            raise AccountError(_choose("--booth", holder.booth, sorted(booths)))
        partners = {partner.id for each in within for partner in each.partners}
        if holder.partner and holder.partner not in partners:
            raise AccountError(_choose("--partner", holder.partner, sorted(partners)))

    @property
    def _definitions(self) -> list[FairDefinition]:
        with self._store.reading() as connection:
            rows = Registry(connection, self._body).fairs()
        return [msgspec.json.decode(row.definition, type=FairDefinition) for row in rows]

    # -- inside ------------------------------------------------------------------------------

    @contextmanager
    def _acting(self) -> Iterator[Transaction]:
        with self._store.writing() as connection:
            yield connection

    def _add(self, connection: Transaction, name: str, holder: Holder) -> None:
        if not is_label(name):
            raise AccountError(
                f"a name is 1 to {MAX_LABEL} characters that can be printed, with no space around"
            )
        self._check(holder)
        rows = AccountRows(connection)
        if (there := rows.get(name)) is not None:
            instead = f"riwaq-server account link {name}  makes a new link"
            raise AccountError(
                f"the name {name} is taken: {instead if there.body == self._body else 'choose another'}"
            )
        row = AccountRow(
            body=self._body,
            name=name,
            role=holder.role.value,
            scope=scope_of(holder),
            made_at=self._clock(),
        )
        rows.add(row)
        self._note(connection, "account added", row, holder)

    def _own_territories(self) -> list[Territory]:
        with self._store.reading() as connection:
            return Sessions(connection, self._body).territories()

    def _link(self, connection: Transaction, name: str) -> str:
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        until = self._clock() + LINK_MS
        AccountRows(connection).change(name, link_sha256=digest(secret), link_until=until)
        return secret

    def _one(self, connection: Transaction, name: str) -> AccountRow:
        row = AccountRows(connection).get(name)
        if row is None:
            raise AccountError(f"there is no account {name!r}: see  riwaq-server account list")
        self._own(row)
        return row

    def _own(self, row: AccountRow) -> None:
        if row.body != self._body:
            # Another body's: nobody learns that it is there, but that the name cannot be had.
            raise AccountError(f"there is no account {row.name!r}: see  riwaq-server account list")

    def _note(
        self,
        connection: Transaction,
        what: str,
        row: AccountRow,
        holder: Holder | None = None,
        codes: str = "",
    ) -> None:
        """Write an act down; before there is a body there is no log."""
        if not row.body:
            return
        AuditLog(connection, row.body).append(
            bytes.fromhex(self._home.secrets.digest_key),
            at=self._clock(),
            who=self._who,
            what=what,
            account=row.name,
            role=holder.role.value if holder else "",
            scope=scope_of(holder) if holder else "",
            codes=codes,
        )


def _choose(option: str, wrong: str, known: Sequence[str]) -> str:
    listed = (
        ", ".join(known[:_MOST_SHOWN]) + (", …" if len(known) > _MOST_SHOWN else "")
        or "none is loaded yet: riwaq-server tour load FILE"
    )
    return f"{option} {wrong!r} is not known here; there is: {listed}"
