"""Identifiers: UUIDs of version 7, which sort by the time of their making."""

import time
from os import urandom
from uuid import UUID, SafeUUID

TICKS_PER_MILLISECOND = 4096  # what the 12 bits of rand_a can tell apart

keep = object.__setattr__  # an identifier itself lets nothing be changed


class Uuid7:
    """A maker of UUIDs of version 7 (RFC 9562 section 5.7).

    The 12 bits after the milliseconds hold the fraction of the millisecond (section 6.2,
    method 3), and each identifier is one tick later than the one before at the least, so that
    those of one maker grow even when the clock stands still or is set back.
    """

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> UUID:
        """Return an identifier greater than all that this maker returned before."""
        ticks = time.time_ns() * TICKS_PER_MILLISECOND // 1_000_000
        if ticks <= self._last:
            ticks = self._last + 1
        self._last = ticks
        high = ticks >> 12 << 16 | 7 << 12 | ticks & 0xFFF
        return _uuid(high << 64 | 0b10 << 62 | int.from_bytes(urandom(8)) >> 2)


def _uuid(number: int) -> UUID:
    """Return what `UUID(int=number)` does, which looks at all other ways to write one first."""
    made = UUID.__new__(UUID)
    keep(made, "int", number)
    keep(made, "is_safe", SafeUUID.unknown)
    return made


uuid7 = Uuid7()
