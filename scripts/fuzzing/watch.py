"""A watch: requests whose answers are to stay as they are, whatever the other user does."""

import time
from collections.abc import Sequence

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

    def look(self, requests: Sequence[Request]) -> None:
        """Take down how things are."""
        first = {each: self._read(each) for each in requests}
        self._seen = {each: [seen, self._read(each)] for each, seen in first.items()}

    def changes(self) -> list[tuple[Request, str]]:
        """Return what is read otherwise than before, and how."""
        found = []
        for request, before in self._seen.items():
            now = self._read(request)
            if differences(now, before) and (name := self._settled(request, before, now)):
                old, new = shown(before[0].get(name)), shown(now.get(name))
                found.append((request, f"{name} was {old!r}, is {new!r}"))
        return found

    def _settled(self, request: Request, before: list[Leaves], now: Leaves) -> str | None:
        """Return a part that differs and stays so; the clock changes parts by itself."""
        time.sleep(_MOMENT)
        again = self._read(request)
        moving = {name for name in {*again, *now} if not _same(again, now, name)}
        left = [name for name in differences(now, before) if name not in moving]
        return left[0] if left else None

    def _read(self, request: Request) -> Leaves:
        return leaves(self._reader.send(request))


def _same(one: Leaves, other: Leaves, name: str) -> bool:
    first, second = one.get(name), other.get(name)
    return first is not None and second is not None and first.is_like(second)
