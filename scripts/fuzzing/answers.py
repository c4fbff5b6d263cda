"""Answers, taken apart so that they can be compared but for what varies by itself."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

IGNORED = re.compile(
    r"date|server|connection|keep-alive|transfer-encoding|content-length|age|retry-after|traceparent"
    r"|server-timing|(x-)?ratelimit-.*|x-rate-limit-.*|(x-)?(request|correlation|trace)-id"
    r"|x-(process|response|runtime).*"
)
"""Headers that say something of the exchange, and nothing of what was asked for."""
_ECHO = "\N{WHITE SQUARE}"


@dataclass(frozen=True)
class Answer:
    """What a server said, and after how many seconds; header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether what was asked for was done."""
        return 200 <= self.status < 300

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The body's value; None if it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def header(self, name: str) -> str | None:
        """Return the value of a header."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def problem(self) -> str:
        """The status, and the beginning of what was said about it."""
        said = self.json
        detail = said.get("detail") or said.get("message") if isinstance(said, dict) else None
        more = said.get("errors") if isinstance(said, dict) else None
        text = detail if isinstance(detail, str) else self.text
        return f"{self.status} {' '.join(f'{text} {more or ""}'.split()):.160}".strip()


@dataclass(frozen=True)
class Leaf:
    """A value of an answer, as it was sent and without what the request itself had named."""

    sent: str
    masked: str

    def is_like(self, other: "Leaf") -> bool:
        """Say whether two say the same."""
        return self.sent == other.sent or self.masked == other.masked


type Leaves = Mapping[str, Leaf]
"""The parts of an answer by name: its status, its headers, and its values by JSON pointer."""


def leaves(answer: Answer, echoes: Sequence[str | int] = ()) -> dict[str, Leaf]:
    """Return the parts of an answer; `echoes` are the values whose mention says nothing."""
    mask = Mask(echoes)
    found = {"status": Leaf(str(answer.status), str(answer.status))}
    for name, value in answer.headers:
        if not IGNORED.fullmatch(name):
            key = f"header {name}"
            before = f"{found[key].sent}, " if key in found else ""
            found[key] = mask.leaf(before + value)
    if not answer.body:
        return found
    value = answer.json
    if value is None and answer.body.strip() != b"null":
        parts = {f"line {n}": each for n, each in enumerate(answer.text.splitlines(), 1)}
    else:
        parts = dict(_flat(value, "body "))
    return found | {name: mask.leaf(each) for name, each in parts.items()}


def _flat(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """Return the scalars of a value, and the size of each array."""
    match value:
        case dict():
            if not value:
                yield pointer, "{}"
            for name, item in value.items():
                yield from _flat(item, f"{pointer}/{name}")
        case list():
            yield f"{pointer}/-", f"{len(value)} items"
            for number, item in enumerate(value):
                yield from _flat(item, f"{pointer}/{number}")
        case _:
            yield pointer, value


class Mask:
    """Takes what a request named out of what was said about it."""

    def __init__(self, echoes: Sequence[str | int]) -> None:
        texts = sorted({str(each) for each in echoes}, key=len, reverse=True)
        texts += [each.replace("-", "") for each in texts if len(each) == 36]
        self._texts = [each.lower() for each in texts if each]

    def leaf(self, value: Any) -> Leaf:
        """Return a value with and without the echoes."""
        sent = value if isinstance(value, str) else json.dumps(value)
        lower = sent.lower()
        # Few values have one, and to compile a pattern takes longer than to look.
        has_echo = any(text in lower for text in self._texts)
        return Leaf(sent, self._pattern.sub(_ECHO, sent) if has_echo else sent)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = "|".join(map(re.escape, self._texts))
        return re.compile(rf"(?<![0-9A-Za-z])(?:{words})(?![0-9A-Za-z])", re.IGNORECASE)


def differences(found: Leaves, controls: Sequence[Leaves]) -> list[str]:
    """Return the parts in which an answer differs from controls that agree about them."""
    names = dict.fromkeys([*found, *(name for each in controls for name in each)])
    return [name for name in names if _differs(found.get(name), [c.get(name) for c in controls])]


def _differs(found: Leaf | None, controls: Sequence[Leaf | None]) -> bool:
    first, *others = controls
    if any((first is None) != (each is None) for each in others):
        return False
    if first is None or found is None:
        return first is not found
    if all(each is not None and each.is_like(first) for each in others):
        return not found.is_like(first)
    return not _fits(found.masked, [each.masked for each in controls if each is not None])


def _fits(found: str, controls: Sequence[str]) -> bool:
    """Say whether a text agrees with others in every word in which those agree."""
    texts = [each.split() for each in (found, *controls)]
    if len({len(each) for each in texts}) > 1:
        return len({len(each) for each in texts[1:]}) > 1
    return all(len(set(rest)) > 1 or word == rest[0] for word, *rest in zip(*texts, strict=True))


def shown(leaf: Leaf | None) -> str:
    """Return a part for people, cut."""
    return "nothing" if leaf is None else f"{leaf.sent:.80}"
