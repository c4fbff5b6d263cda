"""The formats that are asserted, each as its standard writes it; others are annotations."""

import re
from base64 import b64decode
from calendar import monthrange
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from jsonschema import FormatChecker

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|[+-]([0-9]{2}):([0-9]{2}))"
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_QUOTED = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'
_EMAIL = re.compile(
    rf"(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})@(?:{_LABEL}(?:\.{_LABEL})*|\[[!-Z^-~]+\])"
)
_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_AUTHORITY = (
    r"(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?"
    r"(?:\[[0-9A-Fa-f:.]+\]|\[v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+\]"
    r"|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"
)
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?|{_PCHAR}+(?:/{_PCHAR}*)*|)"
    rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
)


def checker() -> FormatChecker:
    """Return a checker that knows these formats and no others."""
    made = FormatChecker(formats=())
    for name, fits in _TEXTS.items():
        made.checks(name)(_on(str, fits))
    for bits in (32, 64):
        made.checks(f"int{bits}")(_range(2 ** (bits - 1)))
    return made


def _on(kind: type, fits: Callable[[Any], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, kind) or fits(value)


def _range(bound: int) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return True
        return -bound <= value < bound

    return fits


def _date(text: str) -> bool:
    if not (found := _DATE.fullmatch(text)):
        return False
    year, month, day = map(int, found.groups())
    # Python knows no year 0, which is a leap year.
    return 1 <= month <= 12 and 1 <= day <= monthrange(year or 4, month)[1]


def _time(text: str) -> bool:
    if not (found := _TIME.fullmatch(text)):
        return False
    hour, minute, second, *offset = (int(part or 0) for part in found.groups())
    if offset[0] > 23 or offset[1] > 59 or hour > 23 or minute > 59:
        return False
    return second < 60 or (second == 60 and _leaps(hour, minute, text, offset))


def _leaps(hour: int, minute: int, text: str, offset: list[int]) -> bool:
    """Say whether a time is 23:59 in UTC, when a leap second may be (RFC 3339 §5.7)."""
    sign = -1 if text[-6:-5] == "+" else 1
    return (hour * 60 + minute + sign * (offset[0] * 60 + offset[1])) % 1440 == 1439


def _datetime(text: str) -> bool:
    return text[10:11] in {"T", "t"} and _date(text[:10]) and _time(text[11:])


def _address(kind: type[IPv4Address | IPv6Address]) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            kind(text)
        except ValueError:
            return False
        return "%" not in text

    return fits


def _base64(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: bool(pattern.fullmatch(text))


_TEXTS: dict[str, Callable[[str], bool]] = {
    "byte": _base64,
    "date": _date,
    "date-time": _datetime,
    "email": _matches(_EMAIL),
    "hostname": lambda text: len(text) <= 253 and bool(_HOSTNAME.fullmatch(text)),
    "ipv4": _address(IPv4Address),
    "ipv6": _address(IPv6Address),
    "time": _time,
    "uri": _matches(_URI),
    "uuid": _matches(_UUID),
}
