"""A request, as its bytes are sent."""

import re
import shlex
from dataclasses import dataclass

_SHOWN = 600
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(r"/[\x21-\x7e]*")


@dataclass(frozen=True)
class Request:
    """Path and query are written as they are sent; `source` says what made the request."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source: str = ""

    def header(self, name: str) -> str | None:
        """Return the value of a header; several lines are one value (RFC 9110 §5.3)."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(found) if found else None

    @property
    def target(self) -> str:
        """The path and the query, with which a path of the contract may itself end."""
        between = "&" if "?" in self.path else "?"
        return f"{self.path}{between}{self.query}" if self.query else self.path

    @property
    def key(self) -> tuple[object, ...]:
        """What is the same for equal requests."""
        return self.method, self.target, self.headers, self.body

    @property
    def is_http(self) -> bool:
        """Whether its head can be sent at all (RFC 9110 §5, RFC 9112 §3)."""
        return bool(_TARGET.fullmatch(self.target)) and all(
            _NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in self.headers
        )

    def curl(self) -> str:
        """Return a command that sends the request to $API; a long body is cut."""
        words = ["-X", self.method]
        for name, value in self.headers:
            words += ["-H", _cut(f"{name}: {value}") if value else f"{name};"]
        if self.body:
            words += ["--data-binary", _text(self.body)]
        command = f"curl --globoff --path-as-is {shlex.join(words)}"
        return f'{command} "$API"{shlex.quote(_cut(self.target))}'


def _text(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = repr(body)[2:-1]
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
