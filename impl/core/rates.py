"""Rates: how many requests are let through in how much time, as settings write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

OFF = "off"
MAX_REQUESTS = 10**9
MAX_SECONDS = 86_400
SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
WRITTEN = re.compile(
    rf"([1-9][0-9]{{0,9}}) *(?:/|per) *(?:([1-9][0-9]{{0,4}}) *)?({'|'.join(SECONDS)})s?",
    re.IGNORECASE,
)
IN_PRODUCTION: Mapping[str, str] = {
    "RATE_LIMIT_FAILURES": "30/minute",
    "RATE_LIMIT_USER": "1200/minute",
    "RATE_LIMIT_WRITES": "300/minute",
    "RATE_LIMIT_REFRESH": "10/minute",
}
"""What holds in production where nothing else is set; in development nothing is limited.

Addresses are not, as a whole company may have one.
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in a window of so many seconds."""

    requests: int
    seconds: int


def _rate(written: object) -> Rate | None:
    if written is None or written == OFF:
        return None
    found = WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError
    requests, times, unit = found.groups()
    rate = Rate(int(requests), int(times or 1) * SECONDS[unit.lower()])
    if rate.requests > MAX_REQUESTS or rate.seconds > MAX_SECONDS:
        raise ValueError
    return rate


RateSetting = Annotated[Rate | None, NoDecode, BeforeValidator(_rate)]
"""A rate as it is written, such as "30/minute" or "5 per 10 seconds"; None for "off"."""

MEANING = 'a rate of at most a day, such as "30/minute" or "100 per 10 seconds", or "off"'
