"""A lane: one connection in libpq's pipeline mode, on which many requests are under way at once.

Each request is a group of messages that ends in a sync: who asks, then what. PostgreSQL runs a
group as one implicit transaction, answers groups in their order, and passes over the rest of a
group in which something failed. Source: PostgreSQL's manual, "Pipelining" and "Pipeline Mode".
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from psycopg import abc, adapt
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

from impl.core.prepared import Prepared, Row
from impl.core.syncs import sync

logger = logging.getLogger("freehold.database")

KEPT = 256  # prepared statements on one connection
TUPLES, DONE, SYNC = (
    int(each)  # compared for every result, which an enumeration makes slow
    for each in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.PIPELINE_SYNC)
)
SUCCESSES = {TUPLES, DONE}
# A statement was forgotten behind our back, or planned before a migration: nothing was done.
FORGOTTEN = (InvalidSqlStatementName, FeatureNotSupported)


class LaneLost(Exception):  # noqa: N818 - what happened to the lane, not what is wrong with the request
    """The connection broke before the answer came; what was asked may have been done or not."""


class Plan:
    """What one connection knows of a statement: its name there, and how to load its rows."""

    __slots__ = ("_transformer", "name")

    def __init__(self, name: bytes) -> None:
        self.name = name
        self._transformer: abc.Transformer | None = None

    def rows(self, result: PGresult) -> list[Row]:
        """Return the rows of a result; points in time are in UTC."""
        if self._transformer is None:
            self._transformer = adapt.Transformer()
            self._transformer.set_pgresult(result, set_loaders=True, format=Format.BINARY)
        else:
            self._transformer.set_pgresult(result, set_loaders=False)
        rows = self._transformer.load_rows(0, result.ntuples, tuple)
        self._transformer.set_pgresult(None, set_loaders=False)  # lets go of the result
        return rows


class Group:
    """What one request has sent, and what of its answer has arrived."""

    __slots__ = ("answered", "error", "new", "plan", "preparations", "results", "sent")

    plan: Plan

    def __init__(self, answered: asyncio.Future[bool], sent: float) -> None:
        self.answered = answered
        self.sent = sent
        self.results: list[PGresult] = []
        self.error: psycopg.Error | None = None
        self.preparations = 0  # messages that are neither of the two executions
        self.new: list[tuple[int, Prepared]] = []

    def failures(self) -> list[Prepared]:
        """Return the statements that this group was to prepare and did not."""
        done = [result.status == DONE for result in self.results]
        return [statement for at, statement in self.new if not (at < len(done) and done[at])]


class Lane:
    """One connection, in pipeline mode from now on.

    A group that is not answered within `deadline_s` seconds after it was sent takes the lane
    with it: `lost` is called, and whoever waits gets `LaneLost`.
    """

    def __init__(
        self,
        connection: psycopg.AsyncConnection[Any],
        identity: Prepared,
        lost: Callable[["Lane"], None],
        *,
        deadline_s: float,
        prepared_statements: bool,
    ) -> None:
        self._connection = connection
        self._pg = connection.pgconn
        self._identity = identity
        self._lost = lost
        self._deadline_s = deadline_s
        self._prepares = prepared_statements
        self._plans: dict[Prepared, Plan] = {}  # the oldest come first
        self._stale: list[bytes] = []
        self._names = 0
        self._groups: deque[Group] = deque()
        self.load = 0  # how many groups are under way
        self._flushing = self._due = False  # whether the socket is full, or a flush is to come
        self._closed = False
        self._watch: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._pg.enter_pipeline_mode()
        self._pg.nonblocking = 1
        self._socket = self._pg.socket
        self._loop.add_reader(self._socket, self._read)

    def alive(self) -> bool:
        """Tell whether PostgreSQL is still there, as far as a lane without requests can know."""
        try:
            # There is nothing to be read, unless PostgreSQL has said farewell and hung up.
            self._pg.consume_input()
            self._pg.consume_input()
        except psycopg.Error:
            self.close()
        return not self._closed

    async def run(
        self, statement: Prepared, owner_id: str, values: Mapping[str, object]
    ) -> list[Row]:
        """Run a statement in a transaction of its own that is the owner's; return its rows.

        Raises `LaneLost`, `psycopg.Error`, and `UnicodeEncodeError` for text that is none.
        """
        dumped = statement.dumped(owner_id, values)
        for last in (False, True):
            group = self._send(statement, owner_id, dumped)
            # A request that is cancelled here leaves its group behind, to be read and dropped.
            if not await group.answered:
                raise LaneLost
            if last or not isinstance(group.error, FORGOTTEN):
                break
            self._forget(statement)
        if group.error:
            raise group.error
        rows = group.plan.rows(group.results[-1])
        return statement.processed(rows) if statement.processors else rows

    def close(self) -> None:
        """Close the connection; whoever still waits gets `LaneLost`."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        if self._watch is not None:
            self._watch.cancel()
        self._pg.finish()
        groups, self._groups = self._groups, deque()
        self.load = 0
        for group in groups:
            if not group.answered.done():
                group.answered.set_result(False)
        self._lost(self)

    def _send(self, statement: Prepared, owner_id: str, values: list[Any]) -> Group:
        """Hand over a group whole; what requests send in one turn of the loop leaves together.

        If that fails midway the lane is lost: half a group would be open.
        """
        who = self._identity.dumped(owner_id, {})
        try:
            group = self._pipe(statement, who, values)
        except psycopg.Error:
            self.close()
            raise LaneLost from None
        except BaseException:
            self.close()
            raise
        if not self._due:
            self._due = True
            self._loop.call_soon(self._write)
        self._groups.append(group)
        self.load += 1
        if self._watch is None:
            self._watch = self._loop.call_later(self._deadline_s / 4, self._check)
        return group

    def _pipe(self, statement: Prepared, who: list[Any], values: list[Any]) -> Group:
        group = Group(self._loop.create_future(), self._loop.time())
        if self._prepares:
            identity = self._plans.get(self._identity) or self._plan(self._identity, group, 0)
            formats = self._identity.formats
            self._pg.send_query_prepared(identity.name, who, formats, Format.BINARY)
            group.plan = self._plans.get(statement) or self._plan(statement, group, 1)
            self._pg.send_query_prepared(group.plan.name, values, statement.formats, 1)
        else:
            group.plan = Plan(b"")
            for each, parameters in ((self._identity, who), (statement, values)):
                self._pg.send_query_params(each.sql, parameters, each.oids, each.formats, 1)
        sync(self._pg)
        return group

    def _plan(self, statement: Prepared, group: Group, executions: int) -> Plan:
        """Return the plan of a statement that is new here, which the group prepares."""
        if len(self._plans) >= KEPT:
            self._stale.append(self._plans.pop(next(iter(self._plans))).name)
        while self._stale:
            self._pg.send_close_prepared(self._stale.pop())
            group.preparations += 1
        self._names += 1
        plan = self._plans[statement] = Plan(b"freehold_%d" % self._names)
        self._pg.send_prepare(plan.name, statement.sql, statement.oids)
        group.new.append((group.preparations + executions, statement))
        group.preparations += 1
        return plan

    def _forget(self, statement: Prepared) -> None:
        for each in (self._identity, statement):
            plan = self._plans.pop(each, None)
            if plan is not None:
                self._stale.append(plan.name)

    def _flush(self) -> None:
        """Send what libpq holds; what the socket does not take yet follows when it does."""
        if self._pg.flush():
            if not self._flushing:
                self._flushing = True
                self._loop.add_writer(self._socket, self._write)
        elif self._flushing:
            self._flushing = False
            self._loop.remove_writer(self._socket)

    def _write(self) -> None:
        self._due = False
        try:
            self._flush()
        except psycopg.Error:
            self.close()

    def _read(self) -> None:
        """Take in what has arrived, and answer the groups that are complete."""
        try:
            self._pg.consume_input()
            if self._flushing:
                self._flush()
            self._take_results()
        except psycopg.Error:
            self.close()

    def _take_results(self) -> None:
        groups, is_busy, get_result = self._groups, self._pg.is_busy, self._pg.get_result
        while groups and not is_busy():
            result = get_result()
            if result is None:
                raise psycopg.OperationalError  # libpq has given the connection up
            group, status = groups[0], result.status
            if status == SYNC:
                self._complete(groups.popleft())
                continue
            get_result()  # None, which ends the answer to a message and is there at once
            group.results.append(result)
            # The first error counts; it may come at the commit, after the rows.
            if status not in SUCCESSES and group.error is None:
                group.error = error_from_result(result)

    def _complete(self, group: Group) -> None:
        self.load -= 1
        for statement in group.failures() if group.new else ():
            self._plans.pop(statement, None)
        if not group.answered.done():
            group.answered.set_result(True)

    def _check(self) -> None:
        """Close the lane if its oldest group has waited for too long; else look again later."""
        self._watch = None
        if not self._groups:
            return
        if self._loop.time() - self._groups[0].sent > self._deadline_s:
            logger.warning("a lane did not answer in time and is replaced")
            self.close()
        else:
            self._watch = self._loop.call_later(self._deadline_s / 4, self._check)
