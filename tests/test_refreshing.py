"""Which kind of token an operation takes follows from the contract, and is kept to twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from impl.core.auth import Call
from impl.core.claims import Caller
from impl.core.database import Database
from impl.core.gate import Limits, OwnerGate
from impl.core.issuing import RefreshToken, Renewal
from impl.core.paging import Cursors
from impl.core.refreshing import calls, verifier
from impl.core.settings import Settings
from impl.core.unauthenticated import Unauthenticated
from tests import forged_refresh_tokens
from tests.contract import OPERATIONS
from tests.forgeries import GOOD, NOW
from tests.grants import exchanged, refresh, successor
from tests.running import Running, serving
from tests.test_access import INVALID, METHODS, PATHS
from tests.wire import HOST, exchange, message

type Security = Sequence[Mapping[str, frozenset[str]]]

UNREACHED = Database("postgresql://ada@localhost/none")
NONE = frozenset[str]()
REFRESH: Security = ({"refresh": NONE},)
BEARER: Security = ({"bearer": frozenset({"read"})},)
LIMITS = {"RATE_LIMIT_REFRESH": "3/hour", "RATE_LIMIT_WRITES": "4/hour"}


def test_operations_with_the_scheme_are_called_with_refresh_tokens() -> None:
    found = calls("refresh", [("POST", "/a/b", REFRESH), ("GET", "/a/b", BEARER), ("GET", "/", ())])
    assert found == frozenset[Call]({("POST", b"/a/b")})


@pytest.mark.parametrize(
    ("path", "security"),
    [
        ("/a", (*REFRESH, *BEARER)),
        ("/a", ({"refresh": NONE, "bearer": NONE},)),
        ("/a", (*REFRESH, {})),
        ("/a/{b}", REFRESH),
        ("/a?b", REFRESH),
    ],
)
def test_an_operation_that_would_take_other_tokens_too_is_refused(
    path: str, security: Security
) -> None:
    with pytest.raises(ValueError, match=r"^POST /a.*: refresh stands alone"):
        calls("refresh", [("POST", path, security)])


@pytest.mark.parametrize("security", [BEARER, (), ({},), ({"other": NONE},)])
def test_the_gate_lets_no_refresh_token_in_elsewhere(
    settings: Settings, security: Security
) -> None:
    gate = OwnerGate(UNREACHED, Cursors(b"k" * 32), Limits(1, 1), ["bearer"], refresh="refresh")
    token = RefreshToken("ada", UUID(int=1), 0, "read", NOW, NOW + 60)
    renewing = Caller("ada", frozenset({"read"}), Renewal(token, "", settings, lambda: NOW))
    with pytest.raises(Unauthenticated):
        gate.admit({"caller": renewing}, security, None)
    with pytest.raises(Unauthenticated):
        gate.admit({"caller": replace(renewing, renewal=None)}, REFRESH, None)


def test_a_refresh_token_says_whose_grant_it_renews(settings: Settings) -> None:
    said = forged_refresh_tokens.claims()
    token = forged_refresh_tokens.claiming(**said)
    caller = verifier(settings, lambda: NOW).verify(token)
    assert caller.renewal is not None
    assert (caller.user_id, caller.scopes) == ("alice", frozenset({"todos:read"}))
    assert (str(caller.renewal.token.grant), caller.renewal.token.generation) == (said["grant"], 0)
    assert "settings" not in repr(caller)


@pytest.mark.parametrize(
    "token",
    [*forged_refresh_tokens.HEADERS.values(), *forged_refresh_tokens.KINDS.values(), GOOD],
)
def test_what_is_no_refresh_token_is_not_taken_for_one(settings: Settings, token: bytes) -> None:
    with pytest.raises(Unauthenticated):
        verifier(settings, lambda: NOW).verify(token)


def test_an_access_token_is_not_exchanged_by_a_scope() -> None:
    gate = OwnerGate(UNREACHED, Cursors(b"k" * 32), Limits(1, 1), ["bearer"])
    connection: dict[str, Any] = {"caller": Caller("ada", frozenset({"read"}))}
    with pytest.raises(TypeError, match="an access token"):
        _ = gate.admit(connection, BEARER, None).renewal


@pytest.mark.parametrize("target", [*PATHS, "/", "/nothing", "/api/tokens/refresh/", "/livez"])
@pytest.mark.parametrize("method", [*METHODS, "OPTIONS"])
def test_a_refresh_token_is_good_for_nothing_but_to_be_exchanged(
    method: str, target: str, server: Running
) -> None:
    calls = {(each.method, each.path) for each in OPERATIONS if each.takes_refresh}
    lines = [HOST, f"Authorization: Bearer {server.refresh_token(f'alice-{uuid4()}')}"]
    answer = exchange(server.api, message(method, target, lines), method)
    if (method, target) in calls:
        assert answer.status == 200
    else:
        assert (answer.status, answer.headers["www-authenticate"]) == (401, INVALID)


@pytest.mark.parametrize(
    "target",
    [
        *("/api/tokens/%72efresh", "/api/tokens%2Frefresh", "/api/tokens/refresh%00"),
        *(
            "//api/tokens/refresh",
            "/api/tokens/./refresh",
            "/api/todos/../tokens/refresh",
            "/API/tokens/refresh",
        ),
    ],
)
def test_the_operation_that_exchanges_has_one_spelling(target: str, server: Running) -> None:
    user_id = f"alice-{uuid4()}"
    for token, statuses in (
        (server.refresh_token(user_id), {401}),
        (server.token(user_id), {401, 404, 405}),
    ):
        lines = [HOST, f"Authorization: Bearer {token}"]
        assert exchange(server.api, message("POST", target, lines), "POST").status in statuses


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a server with limits."""
    with serving(tmp_path_factory.mktemp("limited"), environ=LIMITS) as running:
        yield running


def test_a_grant_is_refreshed_at_a_rate_of_its_own(limited: Running, owner: str) -> None:
    stolen, other = limited.refresh_token(owner), limited.refresh_token(owner)
    assert [refresh(limited.api, stolen).status_code for _ in range(5)] == [200] * 3 + [429] * 2
    assert refresh(limited.api, other).status_code == 200
    with limited.client(owner) as client:
        answers = [client.post("/api/todos", json={"title": "x"}).status_code for _ in range(5)]
    assert answers == [201] * 4 + [429]


def test_a_refusal_that_comes_late_counts_as_one_that_comes_at_once(
    tmp_path_factory: pytest.TempPathFactory, owner: str
) -> None:
    folder = tmp_path_factory.mktemp("failures")
    with serving(folder, environ={"RATE_LIMIT_FAILURES": "2/hour"}) as running:
        first = running.refresh_token(owner)
        successor(running.api, successor(running.api, first))
        refused = [refresh(running.api, first).status_code for _ in range(4)]
        assert refused == [401, 401, 429, 429]
        assert exchanged(running.api, running.refresh_token(owner))["scope"]
