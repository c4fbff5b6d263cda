# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Requests that the contract says are sent: callbacks and webhooks."""

from dataclasses import dataclass
from typing import Any

from .schema import Schema


@dataclass(frozen=True, slots=True)
class Request:
    """A request for any HTTP client to send."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A declared request; `expression` says where its URL comes from (OpenAPI 3.1 §4.8.20.4)."""

    method: str
    expression: str = ""
    media_type: str | None = None
    schema: Schema | None = None

    def request(self, url: str, body: Any = None) -> Request:
        """Return the request; raises an error for a body that breaks its schema."""
        if self.schema is None or self.media_type is None:
            return Request(self.method, url, {}, b"")
        headers = {"content-type": self.media_type}
        return Request(self.method, url, headers, self.schema.write(body))
