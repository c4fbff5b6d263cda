"""No forged token gets an answer other than the one 401, wherever it is sent."""

from collections.abc import Iterator

import pytest

from impl.app import assemble, connect
from impl.core.settings import load
from tests import forged_refresh_tokens
from tests.applications import served
from tests.forged_signatures import FORGED
from tests.forgeries import GOOD, ISSUER, KEY, NOW, REJECTED
from tests.key_sets import KEYS, issued, published
from tests.sweep import LINES, REFRESHING, answers, bearing

ALL = FORGED | REJECTED | forged_refresh_tokens.REJECTED


@pytest.fixture(scope="module")
def port(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the API, with keys of every kind and a clock that stands still."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "jwks.json").write_bytes(published(KEYS.values()))
    environ = {"JWT_SECRET": KEY, "JWT_ISSUER": ISSUER}
    keys = {"JWT_JWKS_FILE": str(folder / "jwks.json")}
    settings = load(folder, env_file=None, environ=environ | keys)
    app = assemble(settings, connect(settings, database_url), clock=lambda: NOW)
    with served(app) as port:
        yield port


@pytest.fixture(scope="module")
def refusal(port: int) -> bytes:
    return answers(port, bearing(b"e30.e30.AAAA"))[0]


@pytest.mark.parametrize("token", [GOOD, *map(issued, KEYS.values())])
def test_a_token_that_is_right_is_refused_where_another_kind_is_taken_and_nowhere_else(
    port: int, refusal: bytes, token: bytes
) -> None:
    received = answers(port, bearing(token))
    assert [answer == refusal for answer in received] == REFRESHING
    assert not {b"401", b"500"} & {answer[9:12] for answer in received if answer != refusal}


@pytest.mark.parametrize("token", forged_refresh_tokens.ACCEPTED.values())
def test_a_refresh_token_that_is_right_is_refused_wherever_it_is_not_exchanged(
    port: int, refusal: bytes, token: bytes
) -> None:
    received = answers(port, bearing(token))
    assert [answer != refusal for answer in received] == REFRESHING
    assert {answer[9:12] for answer in received} == {b"200", b"401"}


@pytest.mark.parametrize("token", ALL.values(), ids=ALL)
def test_a_forged_token_is_refused_everywhere_alike(
    port: int, refusal: bytes, token: bytes
) -> None:
    assert refusal.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    assert answers(port, bearing(token)) == [refusal] * len(LINES)
