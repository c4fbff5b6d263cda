# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Header fields of a request (RFC 9110 §5), found by their names in lower case."""

from collections.abc import Mapping

from starlette.types import Scope as Connection

type Fields = Mapping[bytes, bytes]


def fields(connection: Connection) -> Fields:
    """Return the fields; several lines of one name are one value (RFC 9110 §5.3)."""
    lines: list[tuple[bytes, bytes]] = connection["headers"]
    found = dict(lines)
    return found if len(found) == len(lines) else _joined(lines)


def _joined(lines: list[tuple[bytes, bytes]]) -> Fields:
    values: dict[bytes, bytes] = {}
    for name, value in lines:
        between = b"; " if name == b"cookie" else b", "  # RFC 9113 §8.2.3
        values[name] = values[name] + between + value if name in values else value
    return values
