"""Cross-origin requests on the wire: a preflight tells the policy and nothing else."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from impl.app import assemble, connect
from impl.core.cors import READABLE
from impl.core.settings import load
from impl.core.tokens import mint
from scripts.tokens import declared_scopes
from tests.contract import DOCUMENT, OPERATIONS, resolved
from tests.running import Running, serving
from tests.wire import HOST, Answer, exchange, message

OWN = "https://app.example.com"
SECOND = "http://localhost:5173"
FOREIGN = [
    "https://evil.example",
    "https://app.example.com.evil.example",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://APP.example.com",
    "null",
    "*",
    "",
    f"{OWN}, {SECOND}",
]
PATHS = ["/api/todos", "/api/todos/7", "/nothing", "/", "*", "/api/todos?limit=x"]
ASKING = "Access-Control-Request-Method: PATCH"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a server that lets pages of two origins in."""
    environ = {"CORS_ORIGINS": f"{OWN},{SECOND}", "RATE_LIMIT_FAILURES": "1000/hour"}
    with serving(tmp_path_factory.mktemp("api"), environ=environ) as running:
        yield running


def sent(api: Running, method: str, target: str, *lines: str) -> Answer:
    """Send a request without a token."""
    return exchange(api.api, message(method, target, [HOST, *lines]), method)


def policy(answer: Answer) -> dict[str, str]:
    """Return the fields of an answer that are for the browser."""
    prefix = "access-control-"
    fields = {name: value for name, value in answer.headers.items() if name.startswith(prefix)}
    return {name.removeprefix(prefix): value for name, value in fields.items()}


@pytest.mark.parametrize("origin", [OWN, SECOND])
def test_a_preflight_is_answered_alike_for_every_path(api: Running, origin: str) -> None:
    answers = [sent(api, "OPTIONS", path, f"Origin: {origin}", ASKING) for path in PATHS]
    for answer in answers:
        answer.headers.pop("date")
    assert len({repr(answer) for answer in answers}) == 1
    assert (answers[0].status, answers[0].body, answers[0].headers["vary"]) == (204, b"", "Origin")
    told = policy(answers[0])
    assert told.pop("allow-origin") == origin
    assert set(told.pop("allow-methods").split(", ")) == {each.method for each in OPERATIONS}
    declared = {name for operation in OPERATIONS for name in operation.names("header")}
    fixed = {"Accept", "Authorization", "Content-Type"}
    assert set(told.pop("allow-headers").split(", ")) == declared | fixed
    assert told == {"allow-credentials": "true", "max-age": "600"}


@pytest.mark.parametrize("origin", FOREIGN)
def test_other_origins_are_told_nothing(api: Running, origin: str) -> None:
    for method in ("OPTIONS", "GET", "PATCH"):
        answer = sent(api, method, "/api/todos", f"Origin: {origin}", ASKING)
        assert (answer.status, policy(answer)) == (401, {})
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "lines", [[ASKING], [f"Origin: {OWN}", f"Origin: {OWN}", ASKING], [f"Referer: {OWN}", ASKING]]
)
def test_without_an_origin_or_with_two_nothing_is_a_preflight(
    api: Running, lines: list[str]
) -> None:
    answer = sent(api, "OPTIONS", "/api/todos", *lines)
    assert (answer.status, policy(answer)) == (401, {})


def test_options_that_is_no_preflight_takes_a_token(api: Running) -> None:
    assert sent(api, "OPTIONS", "/api/todos", f"Origin: {OWN}").status == 401
    with api.client("ada") as calls:
        answer = calls.options("/api/todos", headers={"Origin": OWN})
    assert (answer.status_code, "allow" in answer.headers) == (204, True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/todos", 200),
        ("GET", "/api/users/ada", 200),
        ("GET", "/api/users/bob", 403),
        ("GET", "/api/todos?limit=x", 422),
        ("GET", "/nothing", 404),
        ("PUT", "/api/todos", 405),
        ("POST", "/api/todos", 422),
    ],
)
def test_every_answer_may_be_read_by_the_origin_that_asked(
    api: Running, method: str, path: str, status: int
) -> None:
    with api.client("ada") as calls:
        answer = calls.request(method, path, headers={"Origin": SECOND})
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == SECOND
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"
    declared = {
        name
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        if "responses" in operation
        for response in operation["responses"].values()
        for name in resolved(response).get("headers", {})
        if name.lower() not in READABLE
    }
    assert set(answer.headers["access-control-expose-headers"].split(", ")) == declared
    assert {"ETag", "Location", "RateLimit", "Retry-After", "WWW-Authenticate"} <= declared


def test_an_answer_of_a_server_without_its_database_may_be_read(tmp_path: Path) -> None:
    settings = load(tmp_path, env_file=None, environ={"CORS_ORIGINS": OWN})
    app = assemble(settings, connect(settings, "postgresql://ada@127.0.0.1:1/nothing"))
    token = mint(settings, "ada", declared_scopes(), 60)
    headers = {"Origin": OWN, "Authorization": f"Bearer {token}"}

    async def call() -> httpx2.Response:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://api") as calls:
            return await calls.get("/api/todos", headers=headers)

    answer = asyncio.run(call())
    assert answer.status_code == 503
    assert answer.headers["access-control-allow-origin"] == OWN
    assert "Retry-After" in answer.headers["access-control-expose-headers"]


def test_what_has_no_origin_is_answered_as_ever(api: Running, server: Running) -> None:
    with api.client("ada") as here, server.client("ada") as there:
        answers = [calls.get("/api/users/ada/x").headers for calls in (here, there)]
    assert answers[0].pop("vary") == "Origin"
    assert answers[0].keys() == answers[1].keys()


def test_without_configured_origins_no_preflight_is_answered(server: Running) -> None:
    answer = sent(server, "OPTIONS", "/api/todos", f"Origin: {OWN}", ASKING)
    assert (answer.status, policy(answer), "vary" in answer.headers) == (401, {}, False)
