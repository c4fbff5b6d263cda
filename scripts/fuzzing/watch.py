"""A watch: requests whose answers are to stay as they are, whatever the other user does."""

import time
from collections.abc import Collection, Sequence

from scripts.agreement.request import Request
from scripts.fuzzing.actors import Actor
from scripts.fuzzing.answers import Leaves, differences, leaves, shown

_MOMENT = 1.05
"""Seconds after which a clock that is shown in seconds shows another time."""


class Watch:
    """What one user reads, taken down twice, so that what varies by itself is known."""

    def __init__(self, reader: Actor) -> None:
        self._reader = reader
        self._seen: dict[Request, list[Leaves]] = {}
        self._settled: set[tuple[Request, str]] = set()

    def look(self, requests: Sequence[Request]) -> None:
        """Take down how things are."""
        first = {each: self._read(each) for each in requests}
        self._seen = {each: [seen, self._read(each)] for each, seen in first.items()}

    def covers(self, requests: Collection[Request]) -> bool:
        """Say whether these and no others were taken down."""
        return self._seen.keys() == set(requests)

    def changes(self) -> list[tuple[Request, str]]:
        """Return what is read otherwise than before and stays so, and how."""
        now = {each: self._read(each) for each in self._seen}
        changed = [each for each, said in now.items() if differences(said, self._seen[each])]
        if not all(self._is_settled(each, now[each]) for each in changed):
            time.sleep(_MOMENT)
        found = []
        for request in changed:
            again = self._read(request)
            # What is different once more is so by the clock, whatever the other user did.
            for name in differences(now[request], self._seen[request]):
                if _same(again, now[request], name):
                    self._settled.add((request, name))
                    old, new = (shown(each.get(name)) for each in (self._seen[request][0], again))
                    found.append((request, f"{name} was {old!r}, is {new!r}"))
                    break
                self._seen[request].append(again)
        return found

    def _is_settled(self, request: Request, now: Leaves) -> bool:
        """Say whether all that differs was once seen to do so, and to stay."""
        names = differences(now, self._seen[request])
        return all((request, name) in self._settled for name in names)

    def _read(self, request: Request) -> Leaves:
        return leaves(self._reader.send(request))


def _same(one: Leaves, other: Leaves, name: str) -> bool:
    first, second = one.get(name), other.get(name)
    if first is None or second is None:
        return first is second
    return first.is_like(second)
