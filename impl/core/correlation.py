"""Correlation: the id by which a line of the log is found again.

Source: W3C Trace Context, section 3.2 (the header `traceparent`).
"""

import re
from collections.abc import Iterable
from uuid import uuid4

TRACE = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def correlation_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the trace that a request is part of by its ASGI headers, or else a new id."""
    traces = [value for name, value in headers if name == b"traceparent"]
    found = TRACE.match(traces[0]) if len(traces) == 1 else None
    return found[1].decode("ascii") if found else uuid4().hex
