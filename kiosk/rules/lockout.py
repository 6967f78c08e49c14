"""How long nobody may try a PIN after too many wrong ones."""

from typing import Final

FREE_TRIES: Final = 5
_FIRST_WAIT_S: Final = 60.0
_LONGEST_WAIT_S: Final = 15 * 60.0


def wait_s(failures: int, since_last_s: float) -> float:
    """Say for how many more seconds no PIN is looked at, after so many wrong ones in a row.

    Five are free; then a minute, doubled with each further one, at most a quarter of an hour: ten
    thousand tries, one in a hundred of all PINs of six digits, take over a hundred days.
    """
    if failures < FREE_TRIES:
        return 0.0
    wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(failures - FREE_TRIES, 16))
    return max(0.0, wait - since_last_s)
