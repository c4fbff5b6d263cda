"""Requests that Schemathesis makes of a contract; whether they are valid, the judge says."""

import re
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from scripts.agreement.dialect import Value
from scripts.agreement.request import Request

_PROJECT = Path(__file__).resolve().parents[2]
_BASE = "http://api.test"
_OWN = {
    "user-agent", "accept-encoding", "accept", "connection", "content-length", "authorization",
    "x-schemathesis-testcaseid",
}  # fmt: skip
_BOUNDARY = re.compile(r"boundary=([^;\s]+)")
_MODES = {"positive": GenerationMode.POSITIVE, "negative": GenerationMode.NEGATIVE}


class _EnoughError(Exception):
    """The time for one kind of requests is over."""


class Generator:
    """Makes requests for the operations of a contract, the same ones for the same seed."""

    def __init__(self, document: dict[str, Value], number: int, patience: float = 10) -> None:
        set_hypothesis_home_dir(_PROJECT / ".hypothesis")
        self._seed = number
        self._patience = patience
        self._schema = schemathesis.openapi.from_dict(
            deepcopy(document), config=SchemathesisConfig()
        )
        self._schema.config.generation.update(with_security_parameters=False)
        self._operations: dict[str, Any] = {}
        self.failures: dict[str, str] = {}
        for result in self._schema.get_all_operations():
            try:
                operation = result.ok()  # type: ignore[union-attr] # an Err raises, see below
            except Exception as error:  # noqa: BLE001 - the reason is shown
                self.failures["*"] = _line(error)
            else:
                self._operations[f"{operation.method.upper()} {operation.path}"] = operation

    def made(self, label: str, kind: str, number: int) -> list[Request]:
        """Return at most so many requests; of kind `positive`, `negative` or `coverage`.

        What keeps Schemathesis from making them is put into `failures`.
        """
        if (operation := self._operations.get(label)) is None:
            self.failures.setdefault(label, self.failures.get("*", "Schemathesis knows it not"))
            return []
        found: list[Request] = []
        try:
            with _quiet():
                for case in self._cases(operation, kind, number):
                    found += _request(case, label, kind)
        except Exception as error:  # noqa: BLE001 - the reason is shown
            if kind == "positive" and not found:
                self.failures[label] = _line(error)
        return found

    def _cases(self, operation: Any, kind: str, number: int) -> Iterator[Any]:
        if kind != "coverage":
            yield from self._drawn(operation, _MODES[kind], number)
            return
        end = time.monotonic() + self._patience
        cases = self._schema.iter_coverage_cases(
            operation,
            generation_modes=list(_MODES.values()),
            generation_config=self._schema.config.generation,
        )
        for case in cases:
            yield case
            if time.monotonic() > end:
                return

    def _drawn(self, operation: Any, mode: GenerationMode, number: int) -> list[Any]:
        cases: list[Any] = []
        end = time.monotonic() + self._patience

        def take(case: Any) -> None:
            cases.append(case)
            if time.monotonic() > end:
                raise _EnoughError

        try:
            _draw(operation.as_strategy(generation_mode=mode), take, number, self._seed)
        except _EnoughError:
            pass
        except Exception:
            if not cases:
                raise
        return cases


def _draw(strategy: Any, take: Callable[[Any], None], number: int, start: int) -> None:
    limited = settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    run: Any = given(strategy)(take)  # type: ignore[no-untyped-call] # a strategy of Any
    seed(start)(limited(run))()


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _request(case: Any, label: str, kind: str) -> list[Request]:
    """Return the request of a case, unless it is for another operation or no HTTP at all."""
    if f"{case.method.upper()} {case.path}" != label:
        return []
    try:
        made = _prepared(case, kind)
    except Exception:  # noqa: BLE001 - what cannot be written is no request
        return []
    return [_bounded(made)] if made.is_http else []


def _prepared(case: Any, kind: str) -> Request:
    prepared = requests.Request(**case.as_transport_kwargs(_BASE)).prepare()
    target = urlsplit(str(prepared.url))
    body = prepared.body or b""
    if not isinstance(body, str | bytes):
        raise TypeError("a body that is read later")
    return Request(
        str(prepared.method),
        target.path,
        target.query,
        _headers(prepared.headers),
        body.encode() if isinstance(body, str) else body,
        kind,
    )


def _headers(found: Any) -> tuple[tuple[str, str], ...]:
    texts = (
        (name, value.decode("latin-1") if isinstance(value, bytes) else str(value).strip(" \t"))
        for name, value in found.items()
    )
    return tuple((name, value) for name, value in texts if name.lower() not in _OWN)


def _bounded(request: Request) -> Request:
    """Give a multipart body the same boundary in every run."""
    declared = request.header("content-type") or ""
    if not (found := _BOUNDARY.search(declared)):
        return request
    old, new = found[1].strip('"'), "d8a1c3e5b7f90246"
    headers = tuple((name, value.replace(old, new)) for name, value in request.headers)
    body = request.body.replace(old.encode("latin-1"), new.encode())
    return Request(request.method, request.path, request.query, headers, body, request.source)


def _line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text:.160}"
