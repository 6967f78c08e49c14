"""What each route needs, said once more: a page and what programs get of it are for the same accounts.

Streams need what their page needs. Whoever adds a route says here for which action it is; what it names is
said in ``guarded``.
"""

from typing import Final

NEEDS: Final = """
an account
    GET  /
    GET  /account
    GET  /account/codes
    POST /account/codes
    GET  /api/fairs
    GET  /api/session
archive
    GET  /fair/{fair}/files/archive
decide-exceptions
    POST /fair/{fair}/exceptions/{kind}/{item}/decide
know-fair
    GET  /fair/{fair}/files
    GET  /tour/{tour}/files
partner-file
    GET  /fair/{fair}/files/partner/{partner}
    GET  /tour/{tour}/files/partner/{partner}
report
    GET  /fair/{fair}/files/report
    GET  /tour/{tour}/files/report
see-booth
    GET  /api/fairs/{fair}/booths/{booth}
    GET  /api/fairs/{fair}/booths/{booth}/figures
    GET  /fair/{fair}/booth/{booth}
see-exceptions
    GET  /api/exceptions
    GET  /api/fairs/{fair}/exceptions
    GET  /api/fairs/{fair}/exceptions/{kind}/{item}
    GET  /exceptions
    GET  /fair/{fair}/exceptions
    GET  /fair/{fair}/exceptions/{kind}/{item}
see-fair
    GET  /api/fairs/{fair}
    GET  /api/fairs/{fair}/figures
    GET  /api/fairs/{fair}/stats
    GET  /api/fairs/{fair}/stream
    GET  /fair/{fair}
    GET  /fair/{fair}/against/{day}
    GET  /fair/{fair}/wall
see-feedback
    GET  /api/fairs/{fair}/feedback
    GET  /fair/{fair}/feedback
see-kiosks
    GET  /api/fairs/{fair}/kiosks
    GET  /api/kiosks
    GET  /fair/{fair}/kiosks
    GET  /kiosks
see-members
    GET  /api/members
    GET  /members
    POST /members/find
    GET  /members/{member}
see-metrics
    GET  /metrics
see-roll-call
    GET  /api/fairs/{fair}/sessions/{session}/roll
    GET  /api/series/{series}
    GET  /api/sessions/{session}/roll
    GET  /fair/{fair}/files/attestation/{session}
    GET  /fair/{fair}/sessions/{session}
    GET  /series/{series}
    POST /sessions/{session}/done
    POST /sessions/{session}/reopen
    GET  /sessions/{session}/roll
see-sessions
    GET  /api/fairs/{fair}/sessions
    GET  /api/sessions
    GET  /api/sessions/{session}
    GET  /fair/{fair}/sessions
    GET  /sessions
    GET  /sessions/{session}
see-sign-ups
    GET  /api/fairs/{fair}/sign-ups
    GET  /fair/{fair}/sign-ups
see-tour
    GET  /api/tours
    GET  /api/tours/{tour}
    GET  /api/tours/{tour}/stats
    GET  /tour/{tour}
    GET  /tours
work-off-feedback
    GET  /api/fairs/{fair}/feedback/cases/{case}
    GET  /api/fairs/{fair}/feedback/texts
    GET  /fair/{fair}/feedback/case/{case}
    POST /fair/{fair}/feedback/case/{case}/work-off
    GET  /fair/{fair}/feedback/texts/{topic}/{face}/{page}
"""
