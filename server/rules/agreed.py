"""Which sign-ups hold, and with what consent: what a partner may be told, and nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from server.rules.consents import SIGN_UPS, Choice, sign_ups


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What a member has agreed to, as the ledger keeps it beside a sign-up; see ``wire.events.SignUp``."""

    partner: str = ""
    consent: str = ""
    consent_version: int = 0
    language: str = ""
    phone: str = "none"


def agreement(detail: str) -> Agreement:
    """Read what stands beside a sign-up."""
    return msgspec.json.decode(detail, type=Agreement)


def holding(choices: Iterable[Choice], person_of: Mapping[int, int]) -> list[Choice]:
    """Give, of each person and offer, the last sign-up that holds; in doubt it does not.

    ``choices`` is everything that these people have chosen in their tour. ``person_of`` gives who stands
    behind a subject: somebody with two cards has two, and withdraws for both.
    """
    pairs: dict[tuple[int, str], list[Choice]] = defaultdict(list)
    for choice in choices:
        person = person_of.get(choice.subject, choice.subject)
        pairs[person, choice.offer].append(choice._replace(subject=person))
    found = []
    for _, of_pair in sorted(pairs.items()):
        withdrawals = [choice for choice in of_pair if not choice.signs]
        standing = [choice for choice in of_pair if choice.signs and _holds(choice, withdrawals)]
        if standing:
            found.append(max(standing, key=lambda choice: (choice.at, choice.event_id)))
    return found


def _holds(choice: Choice, withdrawals: Sequence[Choice]) -> bool:
    tallies = sign_ups([choice, *withdrawals])
    return choice.fair in tallies and tallies[choice.fair][SIGN_UPS, choice.offer] > 0
