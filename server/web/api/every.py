"""Every route of the API."""

from litestar import Router

from server.web.api import body, exceptions, fairs, figures, machine, stats, tours

_SUBJECTS = (figures, fairs, tours, body, exceptions, stats)


def routers() -> list[Router]:
    """Give the API's routes; each says who may use it."""
    every = [route for subject in _SUBJECTS for route in subject.ROUTES]
    return [
        Router("/api", route_handlers=[*every, machine.session], security=[{"session": []}, {"token": []}]),
        *machine.routers(),
    ]
