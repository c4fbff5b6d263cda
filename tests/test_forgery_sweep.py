"""No forgery gets past the real server anywhere, and none is told from another."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest

from tests.contract import OPERATIONS
from tests.forgeries import ISSUER, KEY
from tests.forging import Fields, Forged, forged_now
from tests.refusals import assert_silent
from tests.running import Running, serving
from tests.sweep import LINES, REFRESHING, UNKNOWN, answers, bearing


@pytest.fixture(scope="module")
def forged() -> Forged:
    return forged_now()


@pytest.fixture(scope="module")
def running(forged: Forged, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a server that takes the tokens which are right."""
    folder = tmp_path_factory.mktemp("sweep")
    keys = folder / "jwks.json"
    keys.write_bytes(forged.key_set)
    environ = {"JWT_SECRET": KEY, "JWT_ISSUER": ISSUER, "JWT_JWKS_FILE": str(keys)}
    with serving(folder, environ=environ) as server:
        yield server


@pytest.fixture(scope="module")
def port(running: Running) -> int:
    return urlsplit(running.api).port or 0


@pytest.fixture(scope="module")
def refusal(port: int) -> bytes:
    return answers(port, bearing(b"e30.e30.AAAA"))[0]


def unlike(port: int, forms: Mapping[str, Fields], refusal: bytes) -> dict[str, bytes]:
    """Return the answers that are not this refusal, by form and line."""
    return {
        f"{name}: {line}": answer[:200]
        for name, fields in forms.items()
        for line, answer in zip(LINES, answers(port, *fields), strict=True)
        if answer != refusal
    }


def test_there_is_much_to_try_and_much_to_try_it_on(forged: Forged) -> None:
    assert len(set(forged.wrong.values())) > 600
    assert len(LINES) == len(OPERATIONS) + len(set(UNKNOWN)) >= len(OPERATIONS) + 20


def test_a_forgery_is_refused_everywhere_alike(
    forged: Forged, port: int, refusal: bytes, running: Running
) -> None:
    assert refusal.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    assert b'\r\nwww-authenticate: Bearer error="invalid_token"\r\n' in refusal
    assert unlike(port, forged.wrong, refusal) == {}
    assert_silent(running)


def test_what_holds_no_credential_is_challenged_without_an_error(
    forged: Forged, port: int, refusal: bytes
) -> None:
    bare = refusal.replace(b' error="invalid_token"', b"")
    assert unlike(port, forged.bare, bare) == {}


def test_tokens_that_are_right_are_still_let_in(forged: Forged, port: int, refusal: bytes) -> None:
    for field in forged.right:
        received = answers(port, field)
        assert [answer == refusal for answer in received] == REFRESHING
        assert not [answer for answer in received if answer[9:10] == b"5"]
    received = answers(port, forged.refresh)
    assert [answer != refusal for answer in received] == REFRESHING
