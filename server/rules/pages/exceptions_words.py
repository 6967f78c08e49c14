"""What codes of exceptions say, and what somebody can do about each."""

from collections.abc import Mapping

from server.rules.exceptions import Decision, Kind
from server.rules.pages.exceptions_data import Item
from server.rules.wording import Words

_MINUTE_MS = 60_000


def kind_words(words: Words) -> Mapping[str, str]:
    """Name the kinds."""
    return {
        Kind.LIKE: words.text("Likely the same person"),
        Kind.TRAVEL: words.text("At two fairs too soon"),
        Kind.WITHDRAWN: words.text("Withdrawals in doubt"),
        Kind.QUARANTINED: words.text("Facts put aside"),
        Kind.REJECTED: words.text("Facts that cannot be read"),
        Kind.UNMADE: words.text("Registrations that nothing came of"),
    }


def decision_words(words: Words) -> Mapping[str, str]:
    """Name what can be decided."""
    return {
        Decision.LOOKED_INTO: words.text("The kiosk is in order again"),
        Decision.HANDED_ON: words.text("Handed on to the technician"),
        Decision.SEEN: words.text("Seen"),
        Decision.SAME: words.text("One person"),
        Decision.TWO: words.text("Two people"),
        Decision.SHARED: words.text("The card is lent or copied"),
        Decision.FINE: words.text("There is a reason"),
        Decision.WITHDRAWN: words.text("It stays withdrawn"),
        Decision.CONFIRMED: words.text("The member was asked and wants it"),
    }


def what_follows(words: Words) -> Mapping[str, str]:
    """Say what comes of each decision, figures above all."""
    return {
        Decision.LOOKED_INTO: words.text(
            "The kiosk is no longer marked. What was put aside stays there and counts nowhere."
        ),
        Decision.HANDED_ON: words.text("The kiosk stays marked until somebody has looked at it."),
        Decision.SEEN: words.text("It is asked again when more come."),
        Decision.SAME: words.text(
            "The elder stays; cards, consents and household go over. Attendance counts one person where it"
            " counted two, and visits of both at one booth within ten minutes count once. This cannot be"
            " taken back."
        ),
        Decision.TWO: words.text("Nobody is asked about these two again. No figure changes."),
        Decision.SHARED: words.text(
            "No figure changes. Refuse the card on the server, with the command above, and give the member"
            " another."
        ),
        Decision.FINE: words.text("No figure changes."),
        Decision.WITHDRAWN: words.text("Nobody is called. It does not count as a sign-up."),
        Decision.CONFIRMED: words.text(
            "It counts as a sign-up again, and is in the partner's next file, until it is withdrawn anew."
        ),
    }


def advice(item: Item, words: Words) -> str:
    """Say what it means, and what to do."""
    match item.kind:
        case Kind.QUARANTINED:
            return words.text(
                "Two facts have one number. The one that came first counts, this one was put aside: nobody"
                " can tell which is true. Mostly a disk was copied. Stop the kiosk and look."
            )
        case Kind.REJECTED:
            return words.text(
                "They are kept as they came and count nowhere. If the kiosk's program is newer than the"
                " server's, update the server; else let the technician look."
            )
        case Kind.UNMADE:
            return _advice_of(item.reason, words)
        case Kind.LIKE:
            return words.text("Ask whoever has registered them, or call. Names are masked until you know.")
        case Kind.TRAVEL:
            return words.counted(
                "The journey takes at least {count} minute. If the card is lent or copied, refuse it on"
                " the server:",
                "The journey takes at least {count} minutes. If the card is lent or copied, refuse it on"
                " the server:",
                item.least_ms // _MINUTE_MS,
            )
        case Kind.WITHDRAWN:
            return words.text("Until you decide it stays withdrawn: nobody is called who may not want it.")


def _advice_of(reason: str, words: Words) -> str:
    if reason in {"unfit", "cannot_open", "wrong_kind", "garbage", "too_large"}:
        return words.text("The card works and its visits count. Register the member anew at a kiosk.")
    if reason in {"foreign_card", "card_taken", "staff_card", "unknown_key"}:
        return words.text(
            "A kiosk made a card that it may not make: let the technician look at that machine."
        )
    return words.text("What the kiosk said is kept. Let the technician look at the server's log.")


def reason_words(words: Words) -> Mapping[str, str]:
    """Say why facts were refused, and why nothing came of registrations."""
    return {
        "bad_event": words.text("they are not written as this server knows it"),
        "too_large": words.text("too large"),
        "foreign_card": words.text("the card is of another kiosk's key"),
        "card_taken": words.text("the card is somebody else's"),
        "staff_card": words.text("the card is a staff card"),
        "unknown_key": words.text("the card is of a key that this body never had"),
        "unfit": words.text("no name, or no member's category"),
        "cannot_open": words.text("sealed for another server's key"),
        "wrong_kind": words.text("something else was sealed than a form"),
        "garbage": words.text("what was sealed cannot be read"),
        "store": words.text("the database failed at it"),
        "bug": words.text("the server's program failed at it"),
    }


def fact_words(words: Words) -> Mapping[str, str]:
    """Name what happened."""
    return {
        "visit": words.text("a visit"),
        "refusal": words.text("a refused card"),
        "void": words.text("a correction"),
        "sign_up": words.text("a sign-up"),
        "withdrawal": words.text("a withdrawal"),
        "feedback": words.text("a feedback"),
        "session_attendance": words.text("somebody at a session"),
        "passage": words.text("somebody at a door"),
        "registration": words.text("a registration"),
        "reissue": words.text("another card"),
        "card_revoked": words.text("a card that was refused"),
        "clock_offset": words.text("a check of the clock"),
        "lost": words.text("a note of lost facts"),
    }


def field_words(words: Words) -> Mapping[str, str]:
    """Name what two members are compared by."""
    return {
        "name_ar": words.text("Name in Arabic"),
        "name_latin": words.text("Name in Latin letters"),
        "birth": words.text("Birth"),
        "phone": words.text("Phone"),
        "email": words.text("E-mail"),
        "employee_number": words.text("Employee number"),
        "national_id": words.text("National id"),
        "category": words.text("Category"),
        "territory": words.text("Home"),
        "principal": words.text("Household"),
    }
