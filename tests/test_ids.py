"""Identifiers (RFC 9562)."""

import time
from uuid import RFC_4122

import pytest

from impl.core.ids import Uuid7


def test_an_identifier_is_a_uuid_of_version_7_of_the_rfcs_variant() -> None:
    made = Uuid7()()
    assert made.version == 7
    assert made.variant == RFC_4122


def test_an_identifier_begins_with_the_milliseconds_of_its_making(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The instant of RFC 9562's own example (appendix A.6), half a millisecond later."""
    monkeypatch.setattr(time, "time_ns", lambda: 0x017F22E279B0 * 1_000_000 + 500_000)
    assert str(Uuid7()()).startswith("017f22e2-79b0-7800-")


def test_identifiers_grow_even_when_the_clock_stands_still_or_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make = Uuid7()
    now = time.time_ns()
    made = []
    for instant in (now, now, now - 10**12, now, *[now + 1] * 10_000):
        monkeypatch.setattr(time, "time_ns", lambda: instant)  # noqa: B023 - called at once
        made.append(make())
    assert sorted(set(made)) == made
