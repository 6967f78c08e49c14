"""What crosses a boundary between a kiosk, the server, a card and a stick.

A thing belongs here when changing it would break a kiosk that already stands in a hall.
This package does no I/O, knows no clock and mints no ids: bytes in, values out.

Glossary (the whole list is in the project's words, used in code, database and pages):

``body``      the organisation that runs days; the tenant
``fact``      something that happened: a visit, a refusal, a correction
``event``     a fact with its id, its time and its place
``epoch``     a random number minted by a kiosk at its first fact after a start
``seq``       the contiguous counter of events within an epoch, from 1
``mark``      the high-water mark: the last contiguous seq that the server has committed

Errors::

    WireError
    ├── BrokerAddressError a text is no address of a broker
    ├── CardError          a card's fields do not fit its layout
    ├── EventError         an event cannot be understood (``code`` says why)
    ├── EnvelopeError      a message cannot be trusted or read (``code`` says why)
    ├── StickError         a file that was carried by hand is no whole one (``code`` says why)
    └── TopicError         a topic is not one of ours
"""


class WireError(Exception):
    """Base of everything that this package raises on bad input."""
