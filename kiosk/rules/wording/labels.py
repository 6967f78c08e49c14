"""Words that hold nothing to fill in: what stands on buttons, and headings of a member's dialogue."""

from enum import StrEnum

from kiosk.rules.wording.said import Translator


class Label(StrEnum):
    """A button's word or a heading, by its English sentence."""

    OFFERS = "Offers"
    LEAVING = "Leaving"
    COMING_IN = "Coming in"
    TELL_US = "Tell us"
    MINE = "My sign-ups"
    FINISH = "Finish"
    YES = "Yes"
    NO = "No"
    AGREE = "Yes, I agree"
    DECLINE = "No, thanks"
    WITHDRAW = "Withdraw"
    YES_WITHDRAW = "Yes, withdraw"
    NO_KEEP = "No, keep it"
    ANOTHER_NUMBER = "Other number"
    USE_NUMBER = "Use it"
    MORE = "More"
    SEND = "Send"
    WRITE = "Write"
    WITH_CARD = "With my card"
    URGENT = "Urgent case"
    STILL_HERE = "Yes, I am here"
    CALL = "Call"
    CALL_STAFF = "Call the staff"
    HELP_HAS_COME = "Help has come"
    OPTIONS = "Options"
    LOWER = "Lower controls"
    LARGE = "Large text"
    VOLUME = "Volume"
    READ_ALOUD = "Read aloud"

    OFFERS_HERE = "Offers of this booth"
    YOUR_SIGN_UPS = "Your sign-ups"
    SIGNED_UP = "You are signed up"
    WHICH_NUMBER = "Which number may they call?"
    CHECK_NUMBER = "Please check this number."
    HOW_WAS_IT = "How was your visit?"
    WITHOUT_NAME = "Without your name"
    WHAT_ABOUT = "What is it about?"
    ANYTHING_MORE = "Anything more?"
    YOUR_WORDS = "Your words"


FACES = ("Very bad", "Bad", "So-so", "Good", "Very good")
"""What the five faces say, the worst first."""


def label(translator: Translator, which: Label) -> str:
    """Give the words in a language."""
    return translator.gettext(which.value)


def faces(translator: Translator) -> tuple[str, ...]:
    """Give what the five faces say, the worst first."""
    return tuple(translator.gettext(word) for word in FACES)
