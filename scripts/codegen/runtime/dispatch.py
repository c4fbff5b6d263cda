"""From a path and a method to the operation, in as many steps as the path has segments."""

import re
from collections.abc import Awaitable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from .gate import Gate
from .operation import Operation

PERCENT = ord("%")
QUERY = ord("?")
_NAME = re.compile(r"{([^{}]*)}")


def _pattern(segment: str) -> re.Pattern[str]:
    """Return what matches a segment that is only in part a parameter."""
    return re.compile("(.+?)".join(map(re.escape, segment.split("{}"))), re.DOTALL)


class _Node:
    """A place in the tree of paths: the fixed segments below it, and the one that varies."""

    def __init__(self) -> None:
        self.fixed: dict[str, _Node] = {}
        self.partly: dict[str, tuple[re.Pattern[str], _Node]] = {}
        self.varying: _Node | None = None
        self.queried: dict[frozenset[bytes], _Node] = {}
        self.operations: dict[str, Operation[Any]] = {}
        self.names: dict[str, list[tuple[int, str]]] = {}

    def add(self, path: str, operation: Operation[Any]) -> "_Node":
        node, names = self, []
        path, _, query = path.partition("?")
        for segment in path.split("/")[1:]:
            found = _NAME.findall(segment)
            names.extend(found)
            if segment == f"{{{''.join(found)}}}":
                node.varying = node = node.varying or _Node()
            elif found:
                key = _NAME.sub("{}", segment)
                _, node = node.partly.setdefault(key, (_pattern(key), _Node()))
            else:
                node = node.fixed.setdefault(segment, _Node())
        if query:
            node = node.queried.setdefault(frozenset(query.encode().split(b"&")), _Node())
        node.operations[operation.declaration.method] = operation
        node.names[operation.declaration.method] = list(enumerate(names))
        return node

    def find(self, segments: list[str], values: list[str]) -> "_Node | None":
        """Return the place of a path, after its first segment, and what varies on the way to it."""
        node = self
        for segment in segments:
            inner = node.fixed.get(segment)
            if inner is None:
                if node.partly or node.varying is None or not segment:
                    break
                values.append(segment)
                inner = node.varying
            node = inner
        else:
            if node.operations or node.queried:
                return node
        values.clear()
        return self.search(segments, values)

    def search(self, segments: list[str], values: list[str], depth: int = 0) -> "_Node | None":
        """Try every way; prefer a fixed segment to one that varies (OpenAPI 3.1 §4.8.8.2)."""
        if depth == len(segments):
            return self if self.operations or self.queried else None
        segment = segments[depth]
        if (node := self.fixed.get(segment)) and (
            found := node.search(segments, values, depth + 1)
        ):
            return found
        for pattern, inner in self.partly.values():
            if match := pattern.fullmatch(segment):
                before = len(values)
                values.extend(match.groups())
                if found := inner.search(segments, values, depth + 1):
                    return found
                del values[before:]
        if self.varying and segment:
            before = len(values)
            values.append(segment)
            if found := self.varying.search(segments, values, depth + 1):
                return found
            del values[before:]
        return None

    def items(self, prefix: bytes = b"") -> Iterator[tuple[bytes, "_Node"]]:
        """Return the places that only a last segment leads to, each with the path before that.

        None is among them whose segment might be more than a parameter.
        """
        others = self.partly or any(each.queried for each in self.fixed.values())
        if self.varying and self.varying.operations and not others:
            yield prefix, self.varying
        for segment, inner in self.fixed.items():
            yield from inner.items(b"%b/%b" % (prefix, segment.encode()))

    @property
    def allow(self) -> str:
        """The Allow header (RFC 9110 §10.2.1); GET brings HEAD."""
        methods = {*self.operations, "OPTIONS"}
        return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


class Dispatch:
    """Answers every HTTP request from the contract's operations, and none from anywhere else."""

    def __init__(self, gate: Gate[Any], operations: Iterable[tuple[str, Operation[Any]]]) -> None:
        self.gate = gate
        self.root = _Node()
        self.fixed: dict[bytes, _Node] = {}  # whole paths without parameters
        for path, operation in operations:
            node = self.root.add(path, operation)
            if not {"{", "?"} & set(path):
                self.fixed[path.encode()] = node
        self.items = dict(self.root.items())

    def __call__(self, scope: Connection, receive: Receive, send: Send) -> Awaitable[None]:
        """Hand the request on; raises the problems 404 and 405."""
        values: list[str] = []
        raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
        node = self.fixed.get(raw) or self._item(raw, values)
        node = node or self.root.find(_segments(raw), values)
        if node is None:
            raise self.gate.problem(404)
        if node.queried:
            node = _queried(node, scope)
        method = scope["method"]
        if method == "OPTIONS" and method not in node.operations:
            return _options(node.allow, send)
        declared = "GET" if method == "HEAD" and method not in node.operations else method
        if declared not in node.operations:
            raise self.gate.problem(405, headers={"Allow": node.allow})
        scope["path_params"] = {name: values[at] for at, name in node.names[declared]}
        return node.operations[declared](scope, receive, send)

    def _item(self, raw: bytes, values: list[str]) -> _Node | None:
        """Return the place of the usual path: what is fixed, and a last segment that varies."""
        before, _, last = raw.rpartition(b"/")
        node = self.items.get(before)
        if node is None or not last or PERCENT in raw or QUERY in raw:
            return None
        values.append(last.decode("utf-8", "surrogateescape"))
        return node


def _segments(raw: bytes) -> list[str]:
    """Return the decoded segments, but for what comes before the first slash.

    A slash that is written %2F belongs to its segment. Bytes that are no UTF-8 become lone
    surrogates, which no parameter lets in.
    """
    path = raw.partition(b"?")[0]
    if PERCENT not in path:
        return path.decode("utf-8", "surrogateescape").split("/")[1:]
    segments = map(unquote_to_bytes, path.split(b"/")[1:])
    return [segment.decode("utf-8", "surrogateescape") for segment in segments]


def _queried(node: _Node, scope: Connection) -> _Node:
    """Return what a query selects, where a path of the contract ends in one."""
    sent = scope["query_string"].split(b"&")
    for query, inner in node.queried.items():
        if query <= set(sent) and scope["method"] in inner.operations:
            scope["query_string"] = b"&".join(pair for pair in sent if pair not in query)
            return inner
    return node


async def _options(allow: str, send: Send) -> None:
    headers = [(b"allow", allow.encode("ascii"))]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
