"""Ids: read from answers, made up like others, and told apart from what only looks like one."""

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any
from urllib.parse import unquote, urlsplit

from scripts.fuzzing.answers import Answer
from scripts.fuzzing.kinds import Kind

type Id = str | int

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_KEPT = 24
"""How much of a UUID stays as it is in one made like it: its time and its version."""
_FAR = 1_900_000_000
_ENVELOPES = ("data", "result", "item", "attributes", "resource")


def stranger(like: Id, random: Random) -> Id:
    """Return an id of the same shape that nothing has."""
    if isinstance(like, int):
        return _FAR + random.randrange(10**7)
    if like.isdecimal():
        return str(_FAR + random.randrange(10**7))
    start = _KEPT if UUID.fullmatch(like) else 0
    return like[:start] + "".join(_like(character, random) for character in like[start:])


def _like(character: str, random: Random) -> str:
    if character in string.hexdigits.lower():
        return random.choice("0123456789abcdef" if not character.isdigit() else string.digits)
    for alphabet in (string.ascii_lowercase, string.ascii_uppercase):
        if character in alphabet:
            return random.choice(alphabet)
    return character


def is_telling(found: Id) -> bool:
    """Say whether an id is so long and so random that it is found nowhere by chance."""
    return isinstance(found, str) and len(found) >= 12 and not found.isdecimal()


def created(kind: Kind, pointer: str, answer: Answer) -> Id | None:
    """Return the id of what an answer says was created: by its body, or by its `Location`."""
    body = answer.json
    if pointer:
        return _at(body, pointer)
    if isinstance(body, str | int) and not isinstance(body, bool) and body != "":
        return body
    for holder in _holders(body, kind):
        for name in names(kind):
            if _is_id(found := holder.get(name)):
                return found
    location = answer.header("location")
    return _last(location) if location else None


def _holders(body: Any, kind: Kind) -> Iterator[Mapping[str, Any]]:
    """Return an object and what is wrapped in it."""
    if not isinstance(body, dict):
        return
    yield body
    for name in ("_".join(kind.name), _camel(kind.name), *_ENVELOPES):
        inner = body.get(name)
        yield from [inner] if isinstance(inner, dict) else []
    objects = [each for each in body.values() if isinstance(each, dict)]
    yield from objects if len(objects) == 1 else []


def names(kind: Kind) -> Iterator[str]:
    """Return what the id of a kind is called in its representation, the likeliest first."""
    own = "_".join((*kind.name, "id"))
    yield from dict.fromkeys(
        ["id", own, _camel((*kind.name, "id")), *sorted(kind.parameters), "uuid", "_id", "key"]
    )


def listed(kind: Kind, body: Any) -> Iterator[tuple[Id, Mapping[str, Any]]]:
    """Return the things of a list's answer: their ids, and what is said of them."""
    for item in items(body):
        for name in names(kind):
            if isinstance(item, dict) and _is_id(item.get(name)):
                yield item[name], item
                break


def items(body: Any) -> Iterable[Any]:
    """Return what an answer lists."""
    if isinstance(body, list):
        return body
    if isinstance(body, dict):
        arrays = [each for each in body.values() if isinstance(each, list)]
        deeper = [items(each) for each in body.values() if isinstance(each, dict)]
        return [item for array in [*arrays, *deeper] for item in array]
    return []


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _at(body: Any, pointer: str) -> Id | None:
    for step in pointer.removeprefix("#").split("/")[1:]:
        try:
            body = body[int(step)] if isinstance(body, list) else body[step]
        except (LookupError, TypeError, ValueError):
            return None
    return body if _is_id(body) else None


def _last(location: str) -> Id:
    text = unquote(urlsplit(location).path.rstrip("/").rpartition("/")[2])
    return int(text) if text.isdecimal() and len(text) < 19 else text


def _camel(words: tuple[str, ...]) -> str:
    first, *others = words
    return first + "".join(map(str.title, others))
