"""The sync that ends a group of messages in libpq's pipeline mode.

psycopg's `pipeline_sync` also sends at once what libpq holds: a system call for each group, and
often a PostgreSQL that wakes up for it alone. Since libpq 17 a sync can wait for the next flush.
psycopg has no name for that yet, but hands out its pointer for functions that it does not wrap.
Source: PostgreSQL's manual, "Pipeline Mode", PQsendPipelineSync.
"""

import ctypes
import sys
from collections.abc import Callable

from psycopg import OperationalError
from psycopg.pq import PGconn
from psycopg.pq import abc as pq

type Sync = Callable[[pq.PGconn], None]
"""Ends a group. Raises `psycopg.OperationalError` if the connection takes no more."""


def deferred() -> Sync | None:
    """Return what ends a group without sending it; None where libpq is older than 17.

    It is found through psycopg's own module, and so in the libpq that its connections belong to.
    """
    try:
        libpq = ctypes.PyDLL(sys.modules[PGconn.__module__].__file__)
        send = libpq.PQsendPipelineSync
    except (OSError, AttributeError):  # psycopg without compiled parts, or the older libpq
        return None
    send.argtypes, send.restype = [ctypes.c_void_p], ctypes.c_int

    def sync(connection: pq.PGconn) -> None:
        pointer = connection.pgconn_ptr  # type: ignore[attr-defined]  # documented all the same
        if not send(pointer):
            raise OperationalError("the pipeline takes no sync")

    return sync


sync: Sync = deferred() or PGconn.pipeline_sync
