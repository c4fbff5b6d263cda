"""Nothing answers without a valid token and its scope; what others own does not exist."""

import re
import time
from collections.abc import Iterable, Iterator
from uuid import uuid4

import httpx2
import jwt
import pytest

from impl.core.settings import load
from tests.contract import DOCUMENT, OPERATIONS, WRITTEN, Operation
from tests.running import Running
from tests.wire import HOST, exchange, message

SCOPES = frozenset().union(*(operation.scopes for operation in OPERATIONS))
PATHS = sorted({operation.path for operation in OPERATIONS})
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY", "PROPFIND")
INVALID = 'Bearer error="invalid_token"'
EXISTENCE_PROBES = [operation for operation in OPERATIONS if operation.has_item]

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
every_path = pytest.mark.parametrize("path", PATHS)
type Identity = tuple[int, bytes, list[tuple[str, str]]]


def changed(server: Running, good: str, secret: str | None = None, **claims: object) -> str:
    """Sign a token as a good one is, with some claims changed."""
    settings = load(server.data, env_file=None, environ={})
    header = jwt.get_unverified_header(good)
    sound = jwt.decode(good, options={"verify_signature": False})
    return jwt.encode({**sound, **claims}, secret or settings.shared_secrets[0], headers=header)


def wrong(server: Running, operation: Operation) -> list[str]:
    """Return an Authorization header for each way in which the token of a call can be wrong."""
    right, other = server.token("alice"), server.refresh_token("alice")
    if operation.takes_refresh:
        right, other = other, right
    past = int(time.time()) - 3600
    tokens = {
        "garbage": "garbage",
        "expired": changed(server, right, iat=past - 600, exp=past),
        "another audience": changed(server, right, aud="another"),
        "another issuer": changed(server, right, iss="another"),
        "another secret": changed(server, right, secret=uuid4().hex * 2),
        "no lifetime": changed(server, right, exp=None),
        "another kind": other,
    }
    return [*(f"Bearer {text}" for text in tokens.values()), "Basic YTpi"]


@pytest.fixture
def anonymous(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client that has no token."""
    with httpx2.Client(base_url=server.api, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def alice(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of a user of the test's own."""
    with server.client(f"alice-{uuid4()}") as client:
        yield client


@pytest.fixture
def bob(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of another user of the test's own."""
    with server.client(f"bob-{uuid4()}") as client:
        yield client


def owned(client: httpx2.Client) -> dict[str, str]:
    """Store one thing of each kind, all linked; return their paths, by the names of their ids."""
    filed = client.post("/api/lists", json={"name": "Mine"})
    tag = client.post("/api/tags", json={"name": "mine"})
    content = {"title": "Mine", "notes": "and nobody else's", "list_id": filed.json()["id"]}
    todo = client.post("/api/todos", json=content)
    link = f"{todo.headers['location']}/tags/{tag.json()['id']}"
    assert client.put(link).status_code == 204
    made = {"list_id": filed, "tag_id": tag, "todo_id": todo}
    return {name: answer.headers["location"] for name, answer in made.items()}


def begun(client: httpx2.Client, server: Running) -> str:
    """Begin a grant of the client's user; return its id."""
    owner = jwt.decode(client.headers["authorization"][7:], options={"verify_signature": False})
    headers = {"Authorization": f"Bearer {server.refresh_token(owner['sub'])}"}
    assert client.post("/api/tokens/refresh", headers=headers).status_code == 200
    return str(client.get("/api/tokens").json()["items"][0]["id"])


def told(client: httpx2.Client, paths: Iterable[str]) -> list[bytes]:
    """Return what a user is told of their own things."""
    return [client.get(path).content for path in (*paths, "/api/tokens")]


def identity(response: httpx2.Response) -> Identity:
    """Return all that a client can tell apart, but for the time."""
    headers = [field for field in response.headers.multi_items() if field[0] != "date"]
    return response.status_code, response.content, headers


def test_every_operation_of_the_contract_is_exercised_here() -> None:
    named = set(re.findall(r"operationId: (\w+)", WRITTEN.read_text()))
    assert {operation.id for operation in OPERATIONS} == named


def test_every_operation_of_the_contract_names_the_scope_that_it_takes() -> None:
    assert all(operation.scopes for operation in OPERATIONS if not operation.takes_refresh)
    assert DOCUMENT["security"] == [{"bearer": []}]


@every_operation
def test_without_a_valid_token_the_answer_is_one_and_the_same_401(
    operation: Operation, anonymous: httpx2.Client, server: Running
) -> None:
    request = anonymous.build_request(operation.method, operation.target("alice"))
    bare = anonymous.send(request)
    bodies = {bare.content}
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, "Bearer")
    for credential in wrong(server, operation):
        arguments = operation.content
        arguments["headers"] = {**arguments.get("headers", {}), "Authorization": credential}
        answer = anonymous.request(operation.method, operation.target("alice"), **arguments)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, INVALID)
        assert answer.headers["content-type"] == "application/problem+json"
        bodies.add(answer.content)
    assert len(bodies) == 1


@every_operation
def test_a_token_without_the_scope_is_answered_403_and_one_with_only_it_is_let_in(
    operation: Operation,
    server: Running,
) -> None:
    user_id = f"alice-{uuid4()}"
    answers = []
    tries = [(SCOPES - operation.scopes, False), (frozenset[str](), False)]
    for scopes, refresh in (*tries, (operation.scopes, operation.takes_refresh)):
        with server.client(user_id, scopes, refresh=refresh) as client:
            call = client.request(operation.method, operation.target(user_id), **operation.content)
            answers.append(call.status_code)
    assert answers[:2] == [refused(operation)] * 2
    assert answers[2] in {200, 201, 404}


def refused(operation: Operation) -> int:
    """Return how an access token without the scope is answered."""
    return 401 if operation.takes_refresh else 403


@every_operation
def test_the_scope_is_asked_for_before_the_request_is_looked_at(
    operation: Operation,
    server: Running,
) -> None:
    with server.client("alice", SCOPES - operation.scopes) as client:
        target = f"{operation.target('alice', 'no-id')}?unknown=1"
        answer = client.request(operation.method, target, content=b"{", headers={"Accept": "a/b"})
    assert answer.status_code == refused(operation)


@pytest.mark.parametrize("operation", EXISTENCE_PROBES, ids=str)
def test_what_another_user_owns_is_answered_as_what_never_existed(
    operation: Operation, server: Running, alice: httpx2.Client, bob: httpx2.Client
) -> None:
    things = owned(alice) | {"grant_id": f"/api/tokens/{begun(alice, server)}"}
    own = {name: path.rpartition("/")[2] for name, path in things.items()}
    never = dict.fromkeys(own, uuid4())
    before = told(alice, things.values())
    variations: list[dict[str, object]] = [
        operation.content,
        {"content": b"{"},
        {"content": b"{}"},
        {"headers": {"Accept": "text/html"}},
        {"params": {"unknown": "1"}},
        *(_conditional(operation, tag) for tag in ('"1"', '"2"', "*", 'W/"1"', "x", "a" * 2000)),
    ]
    for arguments in variations:
        foreign, missing = (
            bob.request(operation.method, operation.target("bob", **ids), **arguments)  # type: ignore[arg-type]  # one of them is none
            for ids in (own, never)
        )
        assert identity(foreign) == identity(missing)
        assert foreign.status_code in {400, 404, 406, 415, 422}
    assert told(alice, things.values()) == before


def _conditional(operation: Operation, tag: str) -> dict[str, object]:
    content = operation.content
    headers = {**content.get("headers", {}), "If-Match": tag, "If-None-Match": tag}
    return {**content, "headers": headers}


@pytest.mark.parametrize("method", METHODS)
def test_no_method_tells_what_another_user_owns_from_what_never_existed(
    method: str, alice: httpx2.Client, bob: httpx2.Client
) -> None:
    created = alice.post("/api/todos", json={"title": "Mine"})
    foreign, missing = (
        bob.request(method, f"/api/todos/{item_id}") for item_id in (created.json()["id"], uuid4())
    )
    assert identity(foreign) == identity(missing)
    assert alice.get(created.headers["location"]).json() == created.json()


def test_lists_show_nothing_of_another_user(alice: httpx2.Client, bob: httpx2.Client) -> None:
    lists = ["/api/todos", "/api/todos?sort=due_at&done=false", "/api/todos?limit=1&priority=high"]
    before = [identity(bob.get(each)) for each in lists]
    for number in range(3):
        alice.post("/api/todos", json={"title": f"Mine {number}", "priority": "high"})
    assert [identity(bob.get(each)) for each in lists] == before


@every_operation
def test_401_comes_before_the_body_is_read(
    operation: Operation,
    server: Running,
) -> None:
    for length in ("900000", "99999999999"):
        lines = [HOST, f"Content-Length: {length}", "Content-Type: text/plain"]
        head = message(operation.method, operation.target("alice"), lines)
        assert exchange(server.api, head, operation.method).status == 401


@pytest.mark.parametrize("target", [*PATHS, "/", "/nothing", "/docs", "/api/todos/a/b", "*", "//"])
@pytest.mark.parametrize("method", [*METHODS, "OPTIONS"])
def test_401_comes_before_404_and_405(
    method: str,
    target: str,
    server: Running,
) -> None:
    answer = exchange(server.api, message(method, target, [HOST]), method)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("path", ["/", "/nothing", "/api", "/api/todos/", "/API/todos", "/docs"])
def test_an_unknown_path_is_404_for_every_method(path: str, alice: httpx2.Client) -> None:
    answers = {alice.request(method, path).status_code for method in (*METHODS, "OPTIONS")}
    assert answers == {404}


def allowed(path: str) -> set[str]:
    """Return the methods of a path: those that the contract declares, and what comes with them."""
    declared = {operation.method for operation in OPERATIONS if operation.path == path}
    return declared | {"OPTIONS"} | ({"HEAD"} if "GET" in declared else set())


@every_path
def test_a_method_that_is_not_declared_is_405_with_all_that_are(
    path: str, alice: httpx2.Client
) -> None:
    for method in set(METHODS) - allowed(path):
        answer = alice.request(method, path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == allowed(path)


@every_path
def test_options_says_what_is_allowed(path: str, alice: httpx2.Client) -> None:
    answer = alice.options(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(answer.headers["allow"].split(", ")) == allowed(path)


def test_a_websocket_is_not_opened(server: Running) -> None:
    upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    lines = [HOST, *upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    assert exchange(server.api, message("GET", "/api/todos", lines)).status == 401
