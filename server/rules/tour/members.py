"""What a body says of its members: how its employees' numbers look, and whether national ids may be kept."""

from typing import Final

from server.rules.members.member import MemberRules
from server.rules.reader import Reader, shown
from wire.patterns import is_pattern, is_quick

_EXAMPLE: Final = "write one such as '[0-9]{7}'"


def read_members(reader: Reader, value: object) -> MemberRules:
    """Read ``[members]``; nothing in it must be there."""
    table = reader.table(value, ("members",), required=(), optional=("employee_number", "national_id"))
    pattern = reader.text(table.get("employee_number"), ("members", "employee_number"))
    if pattern:
        _judge(reader, pattern)
    national_id = reader.text(table.get("national_id"), ("members", "national_id")).strip()
    if "national_id" in table and isinstance(table["national_id"], str) and not national_id:
        what = "the number of the authorisation is empty"
        reader.note(("members", "national_id"), what, "write the CNDP's number, or leave national_id out")
    return MemberRules(employee_number=pattern, national_id=national_id)


def _judge(reader: Reader, pattern: str) -> None:
    """Note a pattern that is none, or that a number could keep busy for hours."""
    place = ("members", "employee_number")
    if not is_pattern(pattern):
        reader.note(place, f"{shown(pattern)} is no pattern", _EXAMPLE)
    elif not is_quick(pattern):
        reader.note(place, f"{shown(pattern)} is more than a number needs", _EXAMPLE)
