"""Faults of PostgreSQL as the API answers them.

Only the SQLSTATE and the name of a constraint are ever logged: messages and details of
PostgreSQL carry the values of rows.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from impl.core.problems import Problem, Unavailable, UnknownReference

logger = logging.getLogger("freehold.database")

FOREIGN_KEY_VIOLATION = "23503"
# SQLSTATEs (PostgreSQL, appendix A) by their first characters; the first match counts, and
# None marks what no request can bring about.
STATUSES = (
    ("22023", None),  # invalid parameter of the server: the role is missing
    ("22", 422),  # data exceptions: out of range, too long
    ("23502", None),  # not-null violation: a table and its contract disagree
    (FOREIGN_KEY_VIOLATION, 422),
    ("23514", 422),  # check violation
    ("23", 409),  # unique, exclusion and restrict violations
    ("54", 422),  # program limits: too much to index, too deep to parse
    ("25006", 503),  # read-only: a standby, or a primary that steps down
    ("25P03", 503),  # idle in transaction too long
    ("25P04", 503),  # transaction too long
)

DETAILS = {
    409: "The request conflicts with what is already stored.",
    422: "The request holds a value that cannot be stored.",
}

type Fault = DBAPIError | psycopg.Error | UnicodeEncodeError


class DatabaseDefectError(Exception):
    """A statement failed in a way that no request can bring about: a defect of the server."""


@contextmanager
def answered() -> Iterator[None]:
    """Turn faults of PostgreSQL into problems, without any value that they carry.

    Raises `Unavailable` when no connection becomes free in time, and what `problem` returns.
    """
    try:
        yield
    except (DBAPIError, psycopg.Error, UnicodeEncodeError) as error:
        # The cause is cut off, since a traceback would print the values in it.
        raise problem(error) from None
    except PoolTimeout:
        logger.warning("no connection became free in time")
        raise Unavailable from None


def problem(error: Fault) -> Problem | DatabaseDefectError:
    """Return what a fault is answered with, without any value that it carries.

    That is `Unavailable` when the database cannot be reached or is saturated, a `Problem` with
    status 409 or 422 when it refuses what a request brought, and a `DatabaseDefectError` else.
    """
    if isinstance(error, UnicodeEncodeError):
        return Problem(422, DETAILS[422])
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = sqlstate(cause)
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
    logger.warning("SQLSTATE %s, constraint %s", state, constraint)
    status = _status(cause, state)
    if status is None and isinstance(error, DBAPIError) and error.connection_invalidated:
        status = 503
    if status == 503:
        return Unavailable()
    if state == FOREIGN_KEY_VIOLATION:
        return UnknownReference()
    if status is not None:
        return Problem(status, DETAILS[status])
    return DatabaseDefectError(f"SQLSTATE {state}, constraint {constraint}")


def sqlstate(error: BaseException | None) -> str | None:
    """Return the SQLSTATE of psycopg's error, or None when it was not PostgreSQL that refused."""
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None


def _status(error: BaseException | None, state: str | None) -> int | None:
    for prefix, status in STATUSES:
        if state is not None and state.startswith(prefix):
            return status
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return 503
    # psycopg itself refuses text with NUL, and then there is no SQLSTATE.
    return 422 if state is None and isinstance(error, psycopg.DataError) else None
