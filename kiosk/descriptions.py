"""What this kiosk works by: the fair's programme, revocations and setup, kept over a restart.

With them goes the logo that the programme names: a picture that nobody signed, and that its hash
in the programme proves.

The setup (who is invited, how staff prove themselves) is kept as it came, sealed for this
kiosk, and opened in memory alone.

One thread at a time offers what it has heard (at the start the main one, then the
carrier). ``desk`` is replaced as a whole, so the eye may take it at any moment.

Cards that this kiosk has revoked itself are refused from then on: the server's list names them only
once it has heard of it.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from kiosk.config import KioskConfig
from kiosk.journal import JournalError
from kiosk.notices import Described, Notice, ProgrammeTaken, Trouble
from kiosk.recorder import Recorder
from kiosk.rules.desk import Desk
from kiosk.rules.texts import missing_texts
from wire.card import CardError, CardIdentity
from wire.envelope import EnvelopeError
from wire.logo import name_of
from wire.programme import (
    Programme,
    Revocations,
    open_programme,
    open_revocations,
    revocations_supersede,
    supersedes,
)
from wire.setup import Setup, open_setup

_PROGRAMME: Final = "programme"
_REVOCATIONS: Final = "revocations"
_SETUP: Final = "setup"
_LOGO: Final = "logo"
_REFUSED: Final = "refused"
_NAMED: Final = 6
"""Of texts that are missing in a language, so many are named."""


class Descriptions:
    """What is at hand; ``desk`` is None before the first programme, ``setup`` where there is none."""

    def __init__(self, config: KioskConfig, recorder: Recorder, notify: Callable[[Notice], None]) -> None:
        self._config = config
        self._recorder = recorder
        self._notify = notify
        self.programme: Programme | None = None
        self.revocations: Revocations | None = None
        self.setup: Setup | None = None
        self._early_setup: bytes | None = None
        self._logo = b""
        self.logo_name = ""
        """The name of the logo that is kept, empty for none."""
        self.desk: Desk | None = None
        self._refused: frozenset[CardIdentity] = frozenset()
        # The counter's thread lays out a desk as well; the last one must have seen everything.
        self._laying_out = threading.Lock()

    @property
    def programme_version(self) -> int:
        """The programme's version, 0 before the first."""
        return self.programme.version if self.programme else 0

    @property
    def revocations_version(self) -> int:
        """The revocations' version, 0 before the first."""
        return self.revocations.version if self.revocations else 0

    @property
    def setup_version(self) -> int:
        """The setup's version, 0 before the first."""
        return self.setup.version if self.setup else 0

    @property
    def closed(self) -> bool:
        """Whether the fair is closed."""
        return self.programme is not None and self.programme.closed

    @property
    def logo(self) -> bytes:
        """The body's picture, a PNG, where it is here."""
        return self._logo

    @property
    def lacks_logo(self) -> bool:
        """Whether the programme names a logo that is not here."""
        return self.programme is not None and self.programme.theme.logo not in {"", self.logo_name}

    def staff_id(self, card: CardIdentity) -> str:
        """Say who of the staff holds a staff card; its number where the setup does not know it."""
        staff = self.setup.staff if self.setup else ()
        return next((each.staff_id for each in staff if each.card == str(card)), str(card))

    def take_kept(self) -> None:
        """Take what was kept before the last stop: signed, so as good as just heard."""
        # First, so that the programme's first screen shows it.
        self._set_logo(self._recorder.ask(self._recorder.journal.get, _LOGO) or b"")
        with suppress(CardError, UnicodeDecodeError):
            refused = self._recorder.ask(self._recorder.journal.get, _REFUSED) or b""
            self._refused = frozenset(map(CardIdentity.parse, refused.decode().split()))
        for key, take in (
            (_PROGRAMME, self._take_programme),
            (_REVOCATIONS, self._take_revocations),
            (_SETUP, self._take_setup),
        ):
            kept = self._recorder.ask(self._recorder.journal.get, key)
            if kept is not None:
                try:
                    take(kept)
                except EnvelopeError as problem:
                    self._notify(Trouble("message", problem.code, f"the kept {key}: {problem}"))

    def offer_programme(self, message: bytes) -> bool:
        """Take a programme that was heard where it is newer; raises ``EnvelopeError``."""
        had_logo = bool(self._logo)
        taken = self._take_programme(message)
        if taken:
            self._keep(_PROGRAMME, message)
            if had_logo and not self._logo:
                self._keep(_LOGO, b"")
        early, self._early_setup = self._early_setup, None
        if early is not None:
            self.offer_setup(early)
        return taken

    def offer_revocations(self, message: bytes) -> bool:
        """Take revocations that were heard where they are newer; raises ``EnvelopeError``."""
        taken = self._take_revocations(message)
        if taken:
            self._keep(_REVOCATIONS, message)
        return taken

    def offer_setup(self, message: bytes) -> bool:
        """Take a setup that was heard where it is newer; raises ``EnvelopeError``.

        One that comes before the first programme waits for the key that it is checked with.
        """
        if self.programme is None:
            self._early_setup = message
            return False
        taken = self._take_setup(message)
        if taken:
            self._keep(_SETUP, message)
        return taken

    def offer_logo(self, png: bytes) -> bool:
        """Take a picture that was heard where it is the one that the programme names, and not here yet."""
        programme = self.programme
        if programme is None or not self.lacks_logo or name_of(png) != programme.theme.logo:
            return False
        self._set_logo(png)
        self._keep(_LOGO, png)
        self._notify(_described(programme, png))
        return True

    def refuse(self, cards: Iterable[CardIdentity]) -> None:
        """Refuse cards that this kiosk has revoked itself, from now on and over a restart.

        For the counter's thread, and before that works the main one.
        """
        refused = self._refused.union(cards)
        if refused != self._refused:
            self._refused = refused
            self._keep(_REFUSED, "\n".join(map(str, sorted(refused))).encode())
            self._set_desk()

    def _set_logo(self, png: bytes) -> None:
        self._logo, self.logo_name = png, name_of(png) if png else ""

    def _take_programme(self, message: bytes) -> bool:
        offered = open_programme(message, self._config.body_key)
        if offered.body.id != self._config.body or offered.fair.id != self._config.fair:
            raise EnvelopeError("wrong_recipient", "a programme of another fair")
        if not supersedes(offered, self.programme):
            return False
        self.programme = offered
        if offered.theme.logo != self.logo_name:
            self._set_logo(b"")
        if offered.closed:
            self.setup = None
        self._set_desk()
        self._tell(offered)
        if missing := missing_texts(offered):
            self._notify(Trouble("programme", "texts", _in_words(missing)))
        return True

    def move_to(self, booth: str) -> bool:
        """Work for another booth of the fair; False where there is none of that id."""
        programme = self.programme
        if programme is None or all(each.id != booth for each in programme.booths):
            return False
        self._recorder.move_to(booth)
        self._set_desk()
        self._tell(programme)
        return True

    def _tell(self, programme: Programme) -> None:
        booth = next((each for each in programme.booths if each.id == self._recorder.booth), None)
        self._notify(_described(programme, self._logo))
        self._notify(
            ProgrammeTaken(
                programme.version,
                programme.fair.id,
                len(programme.booths),
                body_names=programme.body.names,
                booth_names=booth.names if booth else {},
                timezone=programme.fair.timezone,
                closed=programme.closed,
            )
        )

    def _take_revocations(self, message: bytes) -> bool:
        offered = open_revocations(message, self._config.body_key)
        if not revocations_supersede(offered, self.revocations):
            return False
        self.revocations = offered
        self._set_desk()
        return True

    def _take_setup(self, message: bytes) -> bool:
        if self.programme is None or self.programme.closed:
            return False
        offered = open_setup(
            message, server_key=self.programme.server.signing, batch_seed=self._config.batch_seed
        )
        if offered.fair != self._config.fair:
            raise EnvelopeError("wrong_recipient", "a setup of another fair")
        if offered.version <= self.setup_version:
            return False
        self.setup = offered
        self._set_desk()
        return True

    def _keep(self, key: str, message: bytes) -> None:
        try:
            self._recorder.ask(self._recorder.journal.put, key, message)
        except JournalError as problem:
            # It is worked by all the same; after a restart the server gives it again.
            self._notify(Trouble("journal", "cannot_write", str(problem)))

    def _set_desk(self) -> None:
        with self._laying_out:
            if self.programme is None:
                return
            self.desk = Desk(
                body_key=self._config.body_key,
                programme=self.programme,
                revocations=self.revocations,
                setup=self.setup,
                booth=self._recorder.booth,
                last_server_ms=self._recorder.ask(lambda: self._recorder.journal.last_server_time),
                refused=self._refused,
            )


def _described(programme: Programme, logo: bytes) -> Described:
    return Described(
        offers=tuple(programme.offers),
        consents=tuple(programme.consents),
        topics=tuple(programme.topics),
        notices=tuple(programme.notices),
        sessions=tuple(programme.sessions),
        partner_names={partner.id: partner.names for partner in programme.partners},
        booth_names={booth.id: booth.names for booth in programme.booths},
        retention=programme.retention,
        languages=tuple(programme.theme.languages),
        colour=programme.theme.colour,
        accent=programme.theme.accent,
        logo=logo,
        form=programme.form,
        categories=tuple(programme.categories),
        territories=tuple(programme.territories) if programme.form else (),
    )


def _in_words(missing: Mapping[str, Sequence[str]]) -> str:
    lacking = "; ".join(
        f"{language}: {', '.join(places[:_NAMED])}{', …' if len(places) > _NAMED else ''}"
        for language, places in missing.items()
    )
    return f"the programme lacks texts, another language stands in ({lacking})"
