"""Entity tags: the version of a row, as HTTP's conditional requests name it.

Source: RFC 9110 sections 8.8.3 (ETag), 13.1.1 (If-Match) and 13.1.2 (If-None-Match).
"""

import re
from dataclasses import dataclass

BLANKS = " \t"
# One element of a list, perhaps empty (section 5.6.1.2), and the comma or the end after it.
ELEMENT = re.compile(r'[ \t]*+(?:(W/)?"([\x21\x23-\x7E\x80-\xFF]*)")?[ \t]*+(,|\Z)')
VERSION = re.compile(r"[1-9][0-9]{0,17}")  # as etag() writes it, and never too large for bigint


@dataclass(frozen=True)
class Versions:
    """The versions that a request may change: `numbers`, or any when that is None."""

    numbers: frozenset[int] | None

    def allow(self, version: int) -> bool:
        """Tell whether a row of this version may be changed."""
        return self.numbers is None or version in self.numbers


ANY = Versions(None)


def etag(version: int) -> str:
    """Return the strong entity tag of a version, with its quotes."""
    return f'"{version}"'


def if_match(header: str | None) -> Versions:
    """Return the versions that an `If-Match` allows: without one, and with `*`, any.

    The comparison is strong, so weak tags allow nothing; neither do tags that are not ours, nor
    a value that is not a list of tags.
    """
    if header is None or header.strip(BLANKS) == "*":
        return ANY
    opaques = [opaque for weak, opaque in _tags(header) if not weak]
    return Versions(frozenset(int(each) for each in opaques if VERSION.fullmatch(each)))


def unchanged(header: str | None, version: int) -> bool:
    """Tell whether an `If-None-Match` names this version, so that 304 is the answer.

    The comparison is weak. `*` names every version, and a value that is no list of tags none.
    """
    if header is None:
        return False
    if header.strip(BLANKS) == "*":
        return True
    return any(f'"{opaque}"' == etag(version) for _, opaque in _tags(header))


def _tags(header: str) -> list[tuple[bool, str]]:
    """Return the tags of a list as (weak, opaque), and none at all if it is malformed."""
    tags: list[tuple[bool, str]] = []
    position, more = 0, True
    while more:
        element = ELEMENT.match(header, position)
        if element is None:
            return []
        weak, opaque, comma = element.groups()
        if opaque is not None:
            tags.append((weak is not None, opaque))
        position, more = element.end(), comma == ","
    return tags
