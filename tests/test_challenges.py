"""A refusal for want of scopes says which: what the token lacks, and what would be enough."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.contract import OPERATIONS, Operation
from tests.running import Running
from tests.wire import Answer, call

SCOPES = frozenset().union(*(operation.scopes for operation in OPERATIONS))
SCOPED = [operation for operation in OPERATIONS if operation.scopes]
OF_USERS = [operation for operation in SCOPED if "{user_id}" in operation.path]
CHALLENGE = re.compile(r'Bearer error="insufficient_scope", scope="([a-z: ]+)"')


def too_few(operation: Operation) -> Iterator[frozenset[str]]:
    """Yield scopes that are not enough: none, all the others, and all but one."""
    yield frozenset()
    yield SCOPES - operation.scopes
    yield from (SCOPES - {scope} for scope in sorted(operation.scopes))


def answered(server: Running, operation: Operation, user_id: str, token: str) -> Answer:
    """Send what makes a call of an operation, without its body."""
    return call(server.api, operation.method, operation.target(user_id), token)


@pytest.mark.parametrize("operation", SCOPED, ids=str)
def test_403_names_the_scopes_that_an_operation_takes_and_those_that_are_missing(
    operation: Operation, server: Running
) -> None:
    for held in too_few(operation):
        answer = answered(server, operation, "alice", server.token("alice", held))
        challenge = CHALLENGE.fullmatch(answer.headers["www-authenticate"])
        assert answer.status == 403
        assert challenge is not None
        assert challenge[1].split(" ") == sorted(operation.scopes)
        named = re.findall(rb"[a-z]+:[a-z]+(?=[,.])", answer.body)
        assert [name.decode() for name in named] == sorted(operation.scopes - held)


def test_a_token_that_has_what_the_challenge_asks_for_is_let_in(server: Running) -> None:
    for operation in SCOPED:
        refused = answered(server, operation, "alice", server.token("alice", []))
        challenge = CHALLENGE.fullmatch(refused.headers["www-authenticate"])
        assert challenge is not None
        token = server.token("alice", challenge[1].split(" "))
        assert answered(server, operation, "alice", token).status not in {401, 403}


@pytest.mark.parametrize("operation", OF_USERS, ids=str)
def test_another_user_in_the_path_is_answered_without_a_challenge(
    operation: Operation, server: Running
) -> None:
    for user_id in ("bob", f"nobody-{uuid4()}"):
        answer = answered(server, operation, user_id, server.token("alice", operation.scopes))
        assert answer.status == 403
        assert "www-authenticate" not in answer.headers
        assert b"lacks" not in answer.body


@pytest.mark.parametrize("operation", OF_USERS, ids=str)
def test_what_a_token_lacks_is_told_alike_whoever_is_in_the_path(
    operation: Operation, server: Running
) -> None:
    token = server.token("alice", [])
    told = set()
    for user_id in ("alice", "bob", f"nobody-{uuid4()}"):
        answer = answered(server, operation, user_id, token)
        told.add((answer.status, answer.headers["www-authenticate"], answer.body))
    assert len(told) == 1
