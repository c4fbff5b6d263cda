"""Figures: what one slice of load measured, and what is made of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


class BenchmarkError(Exception):
    """Why nothing can be measured, or why what was measured does not count, in one line."""


@dataclass(frozen=True)
class Slice:
    """What one contender did with one kind of request for some seconds.

    `cpu_us` is the CPU time of all its processes per request, in microseconds; `rate` counts
    requests per second; `p50_ms` and `p99_ms` are percentiles of latency; `memory_mib` is what
    its processes hold resident at the end.
    """

    cpu_us: float
    rate: float
    p50_ms: float
    p99_ms: float
    memory_mib: float


def medians(slices: Sequence[Slice]) -> Slice:
    """Return the median of each figure by itself. Raises ValueError for no slice."""
    if not slices:
        raise ValueError("there is no median of nothing")
    return Slice(
        cpu_us=median(each.cpu_us for each in slices),
        rate=median(each.rate for each in slices),
        p50_ms=median(each.p50_ms for each in slices),
        p99_ms=median(each.p99_ms for each in slices),
        memory_mib=median(each.memory_mib for each in slices),
    )


def ratio(ours: Sequence[Slice], theirs: Sequence[Slice]) -> float:
    """Return our CPU time per request to theirs: the median over rounds of each round's ratio.

    Slices of one round follow each other within seconds, so that what slows the machine down for
    longer slows both. Raises ValueError for different numbers of rounds.
    """
    pairs = zip(ours, theirs, strict=True)
    return median(our.cpu_us / their.cpu_us for our, their in pairs)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` (0 to 1) of all values do not exceed.

    Raises ValueError for no value.
    """
    if not values:
        raise ValueError("there is no percentile of nothing")
    rank = max(1, -int(-share * len(values) // 1))
    return sorted(values)[rank - 1]
