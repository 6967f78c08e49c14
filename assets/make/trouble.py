"""What goes wrong while assets are made, in words for the one who set the machine up."""


class CannotMakeError(Exception):
    """A product could not be made; the message says why and what to do about it."""
