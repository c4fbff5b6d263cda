# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Where a request breaks the contract, said without repeating what was sent."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from .gate import Fault

MANY = 100
"""How many faults are named: a body may hold as many as it has bytes."""


def in_parameter(name: str, location: str, detail: str) -> Fault:
    """Return the fault of a parameter."""
    return {"parameter": name, "in": location, "detail": detail}


def is_malformed(error: ValidationError) -> bool:
    """Say whether a body is no JSON at all: then that is its only fault."""
    return error.error_count() == 1 and places(error)[0]["type"] == "json_invalid"


def in_body(error: ValidationError, body: bytes) -> list[Fault]:
    """Return the first faults of a body, each with its JSON pointer (RFC 6901) as a fragment."""
    document = from_json(body)
    return [
        {"pointer": _pointer(document, place["loc"], place["type"]), "detail": _detail(place)}
        for place in places(error)[:MANY]
    ]


def details(error: ValidationError) -> str:
    """Return what is wrong with a value as one line."""
    return "; ".join(dict.fromkeys(_detail(place) for place in places(error)))


def places(error: ValidationError) -> Any:
    """Return the places of an error, without what was sent."""
    return error.errors(include_url=False, include_context=False, include_input=False)


def _detail(place: Any) -> str:
    match place["type"]:
        case "extra_forbidden":
            return "Property is not allowed"
        case "json_invalid":
            return "Value is out of range"
    return str(place["msg"])


def _pointer(document: Any, location: tuple[int | str, ...], kind: str) -> str:
    """Keep the steps that lead through the document: validators of unions add names of their own.

    The last step may name a property that is missing. One that the contract does not know is left
    out, since it repeats what was sent.
    """
    pointer = "#"
    for number, step in enumerate(location, start=1):
        missing = kind == "missing" and number == len(location)
        match document:
            case dict() if step in document and kind != "extra_forbidden":
                document = document[step]
            case dict() if step in document and number < len(location):
                document = document[step]
            case list() if isinstance(step, int) and step < len(document):
                document = document[step]
            case _ if not missing:
                continue
        pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
    return pointer
