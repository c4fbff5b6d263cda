"""The comparison: contenders take turns within seconds, so that each round meets one machine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scripts.benchmark.contenders import Contender
from scripts.benchmark.figures import Slice, medians, ratio
from scripts.benchmark.operations import TITLES, Operation

WARM_UP_S = 3  # as compilers at run time and caches of tokens need

type Measured = Mapping[Operation, Mapping[str, Sequence[Slice]]]
"""By operation and key of the contender: one slice for each round."""


@dataclass(frozen=True)
class Plan:
    """What is measured: which operations, for how many seconds each, how often."""

    operations: Sequence[Operation]
    seconds: int
    rounds: int


def compare(
    contenders: Mapping[str, Contender],
    plan: Plan,
    say: Callable[[str], None],
    restore: Callable[[], None],
) -> Measured:
    """Measure every contender with every operation, once in each round.

    Each is checked before each of its slices, and another one starts each round. Raises
    BenchmarkError as soon as anything is answered wrongly.
    """
    measured: dict[Operation, dict[str, list[Slice]]] = {
        operation: {key: [] for key in contenders} for operation in plan.operations
    }
    _warm_up(contenders, plan, say)
    for turn in range(plan.rounds):
        restore()
        for operation in plan.operations:
            say(f"round {turn + 1} of {plan.rounds}: {TITLES[operation]}")
            for key in _rotated(list(contenders), turn):
                contenders[key].check(operation, turn + 1)
                slice_ = contenders[key].measure(operation, plan.seconds)
                measured[operation][key].append(slice_)
    return measured


def _warm_up(contenders: Mapping[str, Contender], plan: Plan, say: Callable[[str], None]) -> None:
    for operation in plan.operations:
        for contender in contenders.values():
            say(f"warming up: {contender.name}, {operation}")
            contender.check(operation, 0)
            contender.measure(operation, WARM_UP_S)


def _rotated(keys: list[str], turn: int) -> list[str]:
    start = turn % len(keys)
    return keys[start:] + keys[:start]


@dataclass(frozen=True)
class Line:
    """A contender's medians of one operation. `ratio` is Freehold's CPU time to this one's."""

    name: str
    figures: Slice
    ratio: float


def lines(slices: Mapping[str, Sequence[Slice]], names: Mapping[str, str], ours: str) -> list[Line]:
    """Return a line for each contender, in the order of their keys in `slices`."""
    return [
        Line(names[key], medians(each), ratio(slices[ours], each)) for key, each in slices.items()
    ]
