"""Who is let in: the alternatives of an operation, each with all that it takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from impl.core.claims import Caller
from impl.core.database import Database
from impl.core.gate import Credential, Limits, OwnerGate
from impl.core.paging import Cursors
from impl.core.problems import Forbidden, InsufficientScope, response

type Security = Sequence[Mapping[str, frozenset[str]]]

BOTH = {"bearer": frozenset({"write", "read"})}
READ = {"bearer": frozenset({"read"})}
WRITE = {"bearer": frozenset({"write"})}
KEY = {"key": frozenset[str]()}
OPEN: Mapping[str, frozenset[str]] = {}


def gate(**credentials: Credential) -> OwnerGate:
    """Return a gate for which `bearer` and `oauth` are the token; its database is never reached."""
    database = Database("postgresql://ada@localhost/none")
    return OwnerGate(database, Cursors(b"k" * 32), Limits(1, 1), ["bearer", "oauth"], credentials)


def is_admitted(
    gate: OwnerGate, security: Security, *scopes: str, user_id: str | None = None
) -> bool:
    """Say whether a caller named ada, whose token has these scopes, is let in."""
    connection: dict[str, Any] = {"caller": Caller("ada", frozenset(scopes))}
    try:
        gate.admit(connection, security, user_id)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize(
    ("security", "scopes", "admitted"),
    [
        ((READ,), ["read"], True),
        ((READ,), ["write"], False),
        ((READ, WRITE), ["write"], True),
        ((READ, WRITE), [], False),
        (({"bearer": frozenset({"read", "write"})},), ["read"], False),
        (({"bearer": frozenset({"read"}), "oauth": frozenset({"write"})},), ["read"], False),
        (({**READ, "oauth": frozenset({"write"})},), ["read", "write"], True),
        ((), [], True),
        ((OPEN, READ), [], True),
    ],
)
def test_one_alternative_is_enough_and_all_of_it_is_needed(
    security: Security, scopes: list[str], *, admitted: bool
) -> None:
    assert is_admitted(gate(), security, *scopes) is admitted


def test_a_scheme_that_nobody_verifies_lets_nobody_in() -> None:
    assert not is_admitted(gate(), (KEY,), "read")
    assert not is_admitted(gate(), ({**READ, **KEY},), "read")
    assert is_admitted(gate(), (KEY, READ), "read")


@pytest.mark.parametrize("holds", [True, False])
def test_a_verified_scheme_is_asked_about_the_connection(*, holds: bool) -> None:
    asked: list[Any] = []

    def verify(connection: Any) -> bool:
        asked.append(connection["caller"].user_id)
        return holds

    assert is_admitted(gate(key=verify), ({**READ, **KEY},), "read") is holds
    assert asked == ["ada"]


def test_the_user_of_the_path_must_be_the_caller_whatever_the_security() -> None:
    for security in ((), (READ,), (OPEN,)):
        assert is_admitted(gate(), security, "read", user_id="ada")
        assert not is_admitted(gate(), security, "read", user_id="bob")


def refusal(gate: OwnerGate, security: Security, *scopes: str, user_id: str = "ada") -> Forbidden:
    """Return what ada is refused with, whose token has these scopes."""
    connection: dict[str, Any] = {"caller": Caller("ada", frozenset(scopes))}
    with pytest.raises(Forbidden) as refused:
        gate.admit(connection, security, user_id)
    return refused.value


@pytest.mark.parametrize(
    ("security", "scopes", "needed", "missing"),
    [
        ((READ,), ["write"], "read", "read"),
        ((BOTH,), ["read"], "read write", "write"),
        ((BOTH,), [], "read write", "read, write"),
        ((BOTH, READ), ["other"], "read write", "read, write"),
        ((READ, BOTH), ["other"], "read", "read"),
        (({**READ, "oauth": frozenset({"write"})},), ["read"], "read write", "write"),
        (({"oauth": frozenset({"write"})}, READ), [], "write", "write"),
        ((KEY, WRITE), ["read"], "write", "write"),
        (({**READ, **KEY}, WRITE), ["read"], "write", "write"),
        (({**READ, **KEY}, WRITE), [], "read", "read"),
        (({"bearer": frozenset({"a b", "read"})},), [], "read", "a b, read"),
        (({"bearer": frozenset({'"', "read"})},), ["read"], "read", '"'),
    ],
)
def test_for_want_of_scopes_a_caller_is_told_of_the_first_alternative_that_takes_them(
    security: Security, scopes: list[str], needed: str, missing: str
) -> None:
    refused = refusal(gate(), security, *scopes)
    challenge = f'Bearer error="insufficient_scope", scope="{needed}"'
    assert refused.headers == {"WWW-Authenticate": challenge}
    assert refused.detail == f"The scope of the access token lacks {missing}."


@pytest.mark.parametrize("name", ["", " ", "a b", 'a"b', "a\\b", "a\r\nX: y", "zo\u00eb", "\ud800"])
def test_a_scope_that_no_token_can_hold_is_refused_without_being_in_the_challenge(
    name: str,
) -> None:
    refused = refusal(gate(), ({"bearer": frozenset({name})},), "a", "b", "zo")
    assert isinstance(refused, InsufficientScope)
    answer = response(refused)
    assert answer.status_code == 403
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'


def test_whoever_is_refused_for_another_reason_is_told_of_no_scopes() -> None:
    scheme = {"key": frozenset({"read"})}
    for security, user_id in (((READ,), "bob"), ((KEY,), "ada"), ((scheme, KEY), "ada")):
        refused = refusal(gate(key=lambda _: False), security, "read", user_id=user_id)
        assert refused.headers is None
        assert (refused.status_code, refused.detail) == (403, Forbidden().detail)
