"""Correlation: a line of the log belongs to the trace that the request is part of."""

import re

import pytest

from impl.core.correlation import correlation_id

TRACE = b"4f1d3c0a9b8e7d6c5f4e3d2c1b0a9f8e"
SPAN = b"1a2b3c4d5e6f7081"


@pytest.mark.parametrize(
    "sent", [b"00-%b-%b-01", b"00-%b-%b-00", b"42-%b-%b-01-more of a later version"]
)
def test_the_trace_of_a_request_is_its_correlation_id(sent: bytes) -> None:
    headers = [(b"host", b"x"), (b"traceparent", sent % (TRACE, SPAN))]
    assert correlation_id(headers) == TRACE.decode()


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [b""],
        [b"00-%b-%b-01" % (TRACE, SPAN)] * 2,
        [b"ff-%b-%b-01" % (TRACE, SPAN)],
        [b"00-%b-%b-01" % (TRACE.upper(), SPAN)],
        [b"00-%b-%b-01" % (b"0" * 32, SPAN)],
        [b"00-%b-%b-01" % (TRACE, b"0" * 16)],
        [b"00-%b-%b" % (TRACE, SPAN)],
        [b"00-%b\n-%b-01" % (TRACE[:31], SPAN)],
        [b"\xff" * 55],
    ],
)
def test_what_is_no_trace_is_answered_with_an_id_of_its_own(sent: list[bytes]) -> None:
    first, second = (correlation_id([(b"traceparent", each) for each in sent]) for _ in "ab")
    assert first != second
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in (first, second))
    assert TRACE.decode() not in {first, second}
