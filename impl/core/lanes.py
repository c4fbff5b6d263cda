"""The lanes: a few connections in pipeline mode that all requests of a process share."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from operator import attrgetter
from typing import Any

import psycopg

from impl.core.faults import problem
from impl.core.lane import Lane, LaneLost
from impl.core.prepared import Prepared, Row
from impl.core.problems import Problem, Unavailable

FIRST_PAUSE_S = 0.05  # between attempts to reach a database that does not answer; doubled each time
LONGEST_PAUSE_S = 1.0

logger = logging.getLogger("freehold.database")

type Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Lanes:
    """Up to `count` lanes, opened when they are first wanted and replaced when they break.

    `identity` makes a transaction, and only it, its owner's. At most `depth` requests are under
    way on each lane, each for at most `deadline_s` seconds; a request waits for the first lane
    for at most `patience_s` seconds. All of it runs on one event loop, and starts no thread.
    """

    def __init__(
        self,
        connect: Connect,
        identity: Prepared,
        *,
        count: int,
        depth: int,
        deadline_s: float,
        patience_s: float,
        prepared_statements: bool,
    ) -> None:
        self._connect = connect
        self._identity = identity
        self._count = count
        self._depth = depth
        self._deadline_s = deadline_s
        self._patience_s = patience_s
        self._prepared_statements = prepared_statements
        self._open: list[Lane] = []
        self._opening: set[asyncio.Task[None]] = set()
        self._arriving = 0
        self._failures = 0
        self._not_before = 0.0
        self._closed = False

    async def run(
        self, owner_id: str, statement: Prepared, values: Mapping[str, object]
    ) -> list[Row]:
        """Run a statement in a transaction of its own that is the owner's; return its rows.

        When a lane breaks, a statement that only reads is sent once more. Raises `Unavailable`
        when no lane can take it or the answer is lost, and what `faults.problem` makes of errors.
        """
        for last in (statement.writes, True):
            lane = self._free() or await self._opened()
            try:
                return await lane.run(statement, owner_id, values)
            except LaneLost:
                if last:
                    break
            except (psycopg.Error, UnicodeEncodeError) as error:
                # The cause is cut off, since a traceback would print the values in it.
                raise problem(error) from None
        raise Unavailable

    async def close(self) -> None:
        """Close every lane; requests under way get `Unavailable`."""
        self._closed = True
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        for lane in list(self._open):
            lane.close()

    def _free(self) -> Lane | None:
        """Return the lane with the fewest requests; see to it that the missing ones are opened."""
        while True:
            if len(self._open) < self._count:
                self._replenish()
            lane = min(self._open, key=_load) if self._open else None
            if lane is None or lane.load or lane.alive():
                break
        if lane and lane.load >= self._depth:
            raise _saturated()
        return lane

    async def _opened(self) -> Lane:
        """Return the first lane to be opened, while there are none."""
        await self._first()
        lane = self._free()
        if lane is None:
            raise Unavailable
        return lane

    async def _first(self) -> None:
        """Wait for a lane to be opened, while there are none."""
        if self._arriving >= self._count * self._depth:
            raise _saturated()
        if not self._opening:
            return
        self._arriving += 1
        try:
            await asyncio.wait(
                self._opening, timeout=self._patience_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            self._arriving -= 1

    def _replenish(self) -> None:
        """Begin to open the lanes that are missing, unless the last attempt has just failed."""
        loop = asyncio.get_running_loop()
        if self._closed or loop.time() < self._not_before:
            return
        for _ in range(self._count - len(self._open) - len(self._opening)):
            task = loop.create_task(self._add())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _add(self) -> None:
        try:
            connection = await self._connect()
        except psycopg.Error as error:
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._failures)
            self._failures = min(self._failures + 1, 10)
            self._not_before = asyncio.get_running_loop().time() + pause
            logger.warning("no lane could be opened: %s", type(error).__name__)
            return
        self._failures = 0
        self._open.append(
            Lane(
                connection,
                self._identity,
                self._open.remove,
                deadline_s=self._deadline_s,
                prepared_statements=self._prepared_statements,
            )
        )


_load = attrgetter("load")


def _saturated() -> Problem:
    logger.warning("every lane is full")
    return Unavailable()
