"""What an operator types: ``riwaq-server COMMAND``."""

from server.commands import (
    account,
    archive,
    audit,
    backup,
    body,
    broker,
    cards,
    facts,
    fair,
    figures,
    kiosk,
    members,
    partner,
    person,
    report,
    retention,
    sessions,
    setup,
    staff,
    territory,
    tour,
    visits,
)
from server.commands.common import Friendly


def main() -> None:
    """Run ``riwaq-server``."""
    program(prog_name="riwaq-server")


program = Friendly(
    name="riwaq-server",
    help="Riwaq's server: describe a tour, pair kiosks, issue cards, collect facts, give figures.",
    commands={
        "init": setup.init,
        "run": setup.run,
        "status": setup.status,
        "stats": figures.stats,
        "session": sessions.group,
        "rebuild": figures.rebuild,
        "report": report.report,
        "attestation": partner.attestation,
        "partner": partner.group,
        "archive": archive.group,
        "body": body.group,
        "territory": territory.group,
        "tour": tour.group,
        "fair": fair.group,
        "kiosk": kiosk.group,
        "cards": cards.group,
        "members": members.group,
        "visits": visits.group,
        "staff": staff.group,
        "facts": facts.group,
        "person": person.group,
        "retention": retention.group,
        "account": account.group,
        "audit": audit.group,
        "backup": backup.backup,
        "restore": backup.restore,
        "broker": broker.group,
    },
)
