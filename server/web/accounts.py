"""What the page asks about people and programs, and no more; see ``server.accounts``."""

from collections.abc import Mapping
from typing import Protocol

from server.rules.access import Account


class WebAccounts(Protocol):
    """Whoever may look. Called from threads; may raise :class:`ServerError`, where it cannot be known."""

    def verify(self, name: str, password: str) -> Account | None:
        """Check a password; the same work whether the name is known or not. Takes some 30 ms."""

    def find(self, name: str) -> Account | None:
        """Give the account of somebody who may sign in, as it is now."""

    def program(self, token: str) -> Account | None:
        """Give whose token a program has sent."""

    def linked(self, link: str) -> Account | None:
        """Give for whom a one-time link is good; looking does not use it."""

    def set_password(self, link: str, password: str) -> Account | None:
        """Use a one-time link for a password; None where the link is good no more."""

    def note_sign_in(self, name: str) -> None:
        """Write down when somebody signed in."""

    def new_code_secret(self) -> str:
        """Draw a secret for one-time codes."""

    def code_address(self, name: str, secret: str) -> str:
        """Give the address that apps read as a QR code."""

    def check_code(self, name: str, code: str) -> bool:
        """Check a one-time code; each is good once."""

    def use_codes(self, name: str, secret: str, code: str) -> Account | None:
        """Ask for a code at each sign-in from now on, if this one is right."""

    def note_refusal(self, account: Account, *, route: str, action: str, fair: str) -> None:
        """Write into the audit log what an account wanted and may not have."""

    def note_look(self, account: Account, *, what: str, names: Mapping[str, str]) -> None:
        """Write into the audit log that an account has opened a page that shows personal data."""
