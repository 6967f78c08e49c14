"""``/metrics`` in Prometheus' text format: how the server and its kiosks do, and nobody's data."""

from collections.abc import Iterable, Mapping
from typing import Final

from server.rules.pages.board import Measures

MEDIA_TYPE: Final = "text/plain; version=0.0.4"
_Sample = tuple[Mapping[str, str], float]


def render(measures: Mapping[str, Measures], *, streams: int, now: int) -> str:
    """Give the text, of measures by body; ``now`` is ms UTC, ``streams`` how many pages listen."""
    bodies = [({"body": body}, found) for body, found in measures.items()]
    kiosks = [
        ({**labels, "fair": fair, "device": kiosk.device, "name": kiosk.name}, kiosk)
        for labels, found in bodies
        for fair, kiosk in found.kiosks
    ]
    totals = [
        ({**labels, "fair": fair}, counts)
        for labels, found in bodies
        for fair, counts in found.totals.items()
    ]
    families: list[tuple[str, str, str, Iterable[_Sample]]] = [
        (
            "riwaq_facts_total",
            "counter",
            "Facts taken in since the server started, by verdict.",
            [
                ({**labels, "verdict": str(verdict)}, count)
                for labels, found in bodies
                for verdict, count in sorted(found.facts.items())
            ],
        ),
        (
            "riwaq_batches_total",
            "counter",
            "Batches committed since the server started.",
            [(labels, found.batches) for labels, found in bodies],
        ),
        (
            "riwaq_refused_messages_total",
            "counter",
            "Messages not taken since the server started, by reason.",
            [
                ({**labels, "code": code}, count)
                for labels, found in bodies
                for code, count in sorted(found.refused_messages.items())
            ],
        ),
        (
            "riwaq_dropped_messages_total",
            "counter",
            "Messages that found the queue full; kiosks send them again.",
            [(labels, found.dropped) for labels, found in bodies],
        ),
        (
            "riwaq_broker_connected",
            "gauge",
            "Whether the broker is there.",
            [(labels, found.connected) for labels, found in bodies],
        ),
        ("riwaq_page_streams", "gauge", "Live pages that listen.", [({}, streams)]),
        (
            "riwaq_visits",
            "gauge",
            "Visits of a fair.",
            [(labels, visits) for labels, (visits, _) in totals],
        ),
        (
            "riwaq_attendance",
            "gauge",
            "Distinct visitors of a fair.",
            [(labels, attendance) for labels, (_, attendance) in totals],
        ),
        (
            "riwaq_kiosk_connected",
            "gauge",
            "Whether a kiosk is connected.",
            [(labels, kiosk.connected(now)) for labels, kiosk in kiosks],
        ),
        (
            "riwaq_kiosk_waiting_facts",
            "gauge",
            "Facts that waited at a kiosk when it was last heard.",
            [(labels, kiosk.waiting) for labels, kiosk in kiosks],
        ),
        (
            "riwaq_kiosk_silent_seconds",
            "gauge",
            "Seconds since a kiosk was last heard; absent where it never was.",
            [
                (labels, silent / 1000)
                for labels, kiosk in kiosks
                if (silent := kiosk.silent_ms(now)) is not None
            ],
        ),
    ]
    lines: list[str] = []
    for name, kind, words, samples in families:
        lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(labels)} {_written(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    # A name may hold anything; a line break would begin a sample of its own.
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", " ")


def _written(value: float) -> str:
    # Whole numbers in full: 1234567 as 1.23457e+06 would not count up.
    return str(int(value)) if value == int(value) else repr(float(value))
