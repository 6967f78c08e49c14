"""A body of which the API has everything to tell: a fair with doors, offers, sessions, feedback; members."""

from pathlib import Path
from typing import Final

import msgspec

from server.rules.members.member import Member
from server.store.members import Members
from tests.server.web.full_hall import fill, full_definition
from tests.server.web.sessions_stage import SessionsStage, full_stage
from tests.server.web.stage import NOW
from tests.server.web.told import feedback, send, tell

NAUGHTY: Final = (
    "<script>alert(1)</script>\"'",
    "=1+1",
    "\u202eevil\u2066\u200f",
    "👩🏽‍🚀🇲🇦",
    "{{7*7}}{0}%s%n",
    "'; DROP TABLE event; --",
    "W" * 300,
)
TOLD: Final = "L'attente de Hanane Tazi, 0612345678"
"""What somebody has told in words: it must not come out where it does not belong."""


def everything(directory: Path) -> SessionsStage:
    """Let all of it happen; names are as strange as names may be."""
    definition = full_definition(directory)
    booths = [
        msgspec.structs.replace(booth, names={"ar": NAUGHTY[at % len(NAUGHTY)], "fr": booth.id})
        for at, booth in enumerate(definition.booths)
    ]
    stage = SessionsStage(directory / "full", definition=msgspec.structs.replace(definition, booths=booths))
    full_stage(stage)
    fill(stage)
    tell(
        stage,
        stage.kiosks[0],
        *((feedback(stage, text, face=2, who=3), NOW - 60_000) for text in (TOLD, *NAUGHTY)),
        (feedback(stage, TOLD, face=1, urgent=True, may_call=True, who=7, topics=["waiting"]), NOW - 90_000),
    )
    send(stage, stage.kiosks[0], [b'{"no": "fact"}'])
    strange = [
        Member(member=f"{700 + at:016x}", name_latin=name[:120], category=1)
        for at, name in enumerate(NAUGHTY)
    ]
    with stage.store.writing() as connection:
        Members(connection, stage.office.body).add(strange, NOW)
    return stage
