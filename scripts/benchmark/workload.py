"""The requests: made beforehand, as bytes, the same for everybody who is to answer them."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmark.dataset import POSTED, Dataset
from scripts.benchmark.operations import PAGE_SIZE, SHARES, Operation

REQUESTS = 4_000  # at least so many different ones of each kind, before they repeat
SEPARATOR = b"\0"  # occurs in no head and in no JSON
PATH = "/api/todos"


@dataclass(frozen=True)
class Request:
    """A request for a user's todo, with what is needed to judge the answer.

    `cursor` leads to a page after the first, which `skipped` todos come before.
    """

    operation: Operation
    owner: str
    token: str
    todo_id: str
    cursor: str = ""
    skipped: int = 0

    @property
    def method(self) -> str:
        """The method."""
        return "GET" if self.operation is Operation.PAGE else self.operation.upper()

    @property
    def target(self) -> str:
        """The path and the query."""
        if self.operation is Operation.PAGE:
            following = f"&cursor={self.cursor}" if self.cursor else ""
            return f"{PATH}?limit={PAGE_SIZE}{following}"
        return PATH if self.operation is Operation.POST else f"{PATH}/{self.todo_id}"

    @property
    def content(self) -> dict[str, object]:
        """What the body says; empty for a request without one."""
        if self.operation is Operation.POST:
            return {"title": POSTED, "notes": "As soon as possible.", "priority": "high"}
        if self.operation is Operation.PATCH:
            return {"done": self.todo_id[-1] in "02468ace", "priority": "low"}
        return {}

    @property
    def body(self) -> bytes:
        """The body."""
        return json.dumps(self.content).encode() if self.content else b""

    @property
    def headers(self) -> dict[str, str]:
        """The headers but those that frame the message."""
        kind = "merge-patch+json" if self.operation is Operation.PATCH else "json"
        media = {"Content-Type": f"application/{kind}"} if self.content else {}
        return {"Authorization": f"Bearer {self.token}", **media}

    def wire(self) -> bytes:
        """Return the message (RFC 9112)."""
        length = {"Content-Length": str(len(self.body))} if self.body else {}
        fields = {"Host": "127.0.0.1", **self.headers, **length}
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class Workload:
    """The requests of each kind, each by another user than the one before."""

    def __init__(self, dataset: Dataset, tokens: Sequence[str], seed: int = 1) -> None:
        self._dataset = dataset
        self._tokens = tokens
        self._seed = seed

    def requests(self, operation: Operation) -> list[Request]:
        """Return the requests of one kind, or of the mix; always the same ones."""
        chance = random.Random(self._seed)  # noqa: S311 - to be repeatable, not to be secret
        kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
        chance.shuffle(kinds)
        users = list(range(self._dataset.users))
        made: list[Request] = []
        while len(made) < REQUESTS:
            chance.shuffle(users)
            for user in users:
                mixed = kinds[len(made) % len(kinds)]
                kind = mixed if operation is Operation.MIX else operation
                made.append(self._request(kind, user, chance))
        return made

    def _request(self, kind: Operation, user: int, chance: random.Random) -> Request:
        users = self._dataset.users
        number = user + users * chance.randrange(self._dataset.todos // users)
        todo_id = str(self._dataset.todo_id(number))
        return Request(kind, self._dataset.owner(number), self._tokens[user], todo_id)


def write(requests: Sequence[Request], path: Path) -> Path:
    """Write requests as the load generator replays them."""
    path.write_bytes(SEPARATOR.join(request.wire() for request in requests))
    return path
