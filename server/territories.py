"""Territories that a body has of its own, besides those that its tours describe."""

from collections.abc import Mapping

from server.office import OfficeError
from server.reporting import definitions_of
from server.rules.sessions.held import read_id, read_name
from server.sessions.sessions import SessionOffice, choose, kept
from server.store.engine import Store
from wire.programme import Territory


def put_territory(
    store: Store, office: SessionOffice, territory: str, names: Mapping[str, str], parent: str
) -> Territory:
    """Add a territory of the body's own, or name it anew; raises :class:`OfficeError`."""
    said = {language: kept(read_name, name) for language, name in names.items() if name.strip()}
    described = {
        each.id
        for definition in definitions_of(store, office.membership.body).values()
        for each in definition.territories
    }
    made = Territory(id=kept(lambda text: read_id(text, "territory"), territory), names=said, parent=parent)
    if made.id in described:
        raise OfficeError(f"a tour describes the territory {made.id!r}: change it in the tour's file")
    if not said:
        raise OfficeError("the territory has no name: write it with --name ar=… or --name fr=…")
    known = {**office.membership.territories, made.id: made}
    if parent and parent not in known:
        raise OfficeError(f"there is no territory {parent!r}: {choose(', '.join(known), 'territory add')}")
    seen = {made.id}
    while parent:
        if parent in seen:
            raise OfficeError(f"{territory} would lie in itself: choose another --parent")
        seen.add(parent)
        parent = known[parent].parent if parent in known else ""
    with office.acting() as (_, sessions):
        sessions.put_territory(made)
    return made
