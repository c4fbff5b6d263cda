"""What is stored of a grant, how long it lasts, and what cannot be forged of it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import jwt
import psycopg
import pytest

from impl.core.settings import Settings, load
from tests.forgeries import ISSUER, KEY, NOW
from tests.grants import (
    DAY,
    Api,
    Clock,
    assert_refused,
    at_once,
    exchanged,
    hashed,
    refresh,
    said,
    serving_grants,
    successor,
)
from tests.key_sets import KEYS, published

NEW_KEY = KEY[::-1]
NAMED = {"typ": "rt+jwt", "kid": KEYS["EdDSA"].kid}


def settings(folder: Path, **changes: str) -> Settings:
    environ = {"JWT_SECRET": KEY, "JWT_ISSUER": ISSUER, **changes}
    return load(folder, env_file=None, environ=environ)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Api]:
    """Serve the API with a clock that stands still."""
    with serving_grants(settings(tmp_path), database_url, clock) as api:
        yield api


def test_of_tokens_only_the_hash_of_the_current_one_is_stored(api: Api, owner: str) -> None:
    tokens = [api.begin(owner)]
    for _ in range(3):
        response = exchanged(api.url, tokens[-1])
        tokens.append(response["refresh_token"])
        (row,) = api.rows(owner)
        assert (row["id"], row["generation"]) == (said(tokens[0])["grant"], len(tokens) - 1)
        assert row["token_hash"] == hashed(tokens[-1])
        parts = [part for token in (*tokens, response["access_token"]) for part in token.split(".")]
        assert not any(part in str(row) for part in parts)


def test_a_lost_answer_is_given_again_within_the_grace_and_not_beyond(
    api: Api, clock: Clock, owner: str
) -> None:
    first = api.begin(owner)
    second = successor(api.url, first)
    clock.now += 9.9
    assert successor(api.url, first) == second
    clock.now += 0.1
    assert_refused(refresh(api.url, first))
    assert_refused(refresh(api.url, second))
    assert [row["revoked"] for row in api.rows(owner)] == [True]


def test_no_answer_is_given_again_without_a_grace(
    database_url: str, tmp_path: Path, owner: str
) -> None:
    with serving_grants(settings(tmp_path, REFRESH_GRACE_S="0"), database_url) as api:
        first = api.begin(owner)
        second = successor(api.url, first)
        assert_refused(refresh(api.url, first))
        assert_refused(refresh(api.url, second))


def test_without_a_grace_at_most_one_of_many_gets_a_successor(
    database_url: str, tmp_path: Path, owner: str
) -> None:
    with serving_grants(settings(tmp_path, REFRESH_GRACE_S="0"), database_url) as api:
        answers = at_once(api.url, [api.begin(owner)] * 8)
        assert sorted(each.status_code for each in answers) == [200] + [401] * 7
        assert [row["revoked"] for row in api.rows(owner)] == [True]


def test_a_grant_ends_by_itself_however_often_it_was_used(
    api: Api, clock: Clock, owner: str
) -> None:
    token = api.begin(owner)
    for _ in range(29):
        clock.now += DAY
        token = successor(api.url, token)
    clock.now += DAY - 300
    response = exchanged(api.url, token)
    assert response["refresh_expires_in"] == response["expires_in"] == 300
    assert said(response["access_token"])["exp"] == said(token)["exp"]
    clock.now += 300
    assert_refused(refresh(api.url, response["refresh_token"]))


def test_a_grant_that_has_expired_is_forgotten_when_another_begins_later(
    api: Api, clock: Clock, owner: str
) -> None:
    old = api.begin(owner)
    successor(api.url, old)
    clock.now += 30 * DAY
    successor(api.url, api.begin(owner))
    assert len(api.rows(owner)) == 2
    clock.now += DAY + 1
    new = api.begin(owner)
    successor(api.url, new)
    ids = {row["id"] for row in api.rows(owner)}
    assert len(ids) == 2
    assert said(old)["grant"] not in ids
    assert_refused(refresh(api.url, old))


def test_a_grant_that_was_ended_never_begins_again(api: Api, clock: Clock, owner: str) -> None:
    first = api.begin(owner)
    successor(api.url, successor(api.url, first))
    assert_refused(refresh(api.url, first))
    clock.now += 30 * DAY - 1
    successor(api.url, api.begin(owner))
    assert_refused(refresh(api.url, first))
    assert [row["revoked"] for row in api.rows(owner)] == [True, False]


def test_signed_with_the_right_key_and_of_no_grant_a_token_is_refused(api: Api, owner: str) -> None:
    first = api.begin(owner)
    second = successor(api.url, first)
    grant = UUID(said(first)["grant"])
    before = api.rows(owner)
    ahead = [api.begin(owner, grant=grant, generation=number) for number in (2, 3, 2**31 - 2)]
    forged = [
        *ahead,
        api.begin(owner, grant=grant, generation=1, issued=NOW - 1),
        api.begin(owner, grant=grant, generation=1, scope="todos:read todos:write"),
        api.begin(owner, grant=uuid4(), generation=1),
        api.begin(f"bob-{owner}", grant=grant, generation=1),
    ]
    for token in forged:
        assert_refused(refresh(api.url, token))
    assert api.rows(owner) == before
    assert api.rows(f"bob-{owner}") == []
    assert refresh(api.url, second).status_code == 200


@pytest.mark.parametrize("policies", ["ENABLE", "DISABLE"])
def test_the_id_of_a_grant_is_no_way_to_the_grant_of_another_user(
    own_database: str, tmp_path: Path, owner: str, policies: str
) -> None:
    with serving_grants(settings(tmp_path), own_database) as api:
        with psycopg.connect(own_database, autocommit=True) as connection:
            connection.execute(f"ALTER TABLE grant_ {policies} ROW LEVEL SECURITY".encode())
        first = api.begin(owner)
        second = successor(api.url, first)
        before = api.rows(owner)
        bob = f"bob-{owner}"
        other = api.begin(bob, grant=UUID(said(first)["grant"]))
        successor(api.url, successor(api.url, other))
        assert [row["generation"] for row in api.rows(bob)] == [2]
        assert_refused(refresh(api.url, other))
        assert api.rows(owner) == before
        assert refresh(api.url, second).status_code == 200


def test_a_new_secret_neither_ends_a_grant_nor_splits_it(
    api: Api, database_url: str, tmp_path: Path, owner: str
) -> None:
    first = api.begin(owner)
    second = successor(api.url, first)
    replaced = settings(tmp_path, JWT_SECRET=NEW_KEY, JWT_PREVIOUS_SECRETS=KEY)
    with serving_grants(replaced, database_url) as renewed:
        assert successor(renewed.url, first) == second
        third = successor(renewed.url, second)
        assert jwt.PyJWS().decode(third, NEW_KEY, ["HS256"])
        # Who has not heard of the new secret refuses, and ends nothing.
        assert_refused(refresh(api.url, second))
        assert successor(renewed.url, second) == third
        assert refresh(renewed.url, third).status_code == 200


def test_where_only_a_provider_issues_tokens_none_is_exchanged(
    api: Api, database_url: str, tmp_path: Path, owner: str
) -> None:
    (tmp_path / "jwks.json").write_bytes(published(KEYS.values()))
    keys = {"JWT_JWKS_FILE": str(tmp_path / "jwks.json"), "JWT_ALGORITHMS": "EdDSA,ES256,RS256"}
    with serving_grants(settings(tmp_path, **keys), database_url) as foreign:
        assert_refused(refresh(foreign.url, api.begin(owner)))
        named = jwt.encode(said(api.begin(owner)), KEYS["EdDSA"].private, "EdDSA", headers=NAMED)
        assert_refused(refresh(foreign.url, named))
    assert api.rows(owner) == []


def test_tokens_live_as_long_as_the_settings_say(
    database_url: str, tmp_path: Path, owner: str
) -> None:
    changes = {"ACCESS_TOKEN_LIFETIME_S": "120", "JWT_MAX_LIFETIME_S": "90"}
    with serving_grants(settings(tmp_path, **changes), database_url) as api:
        response = exchanged(api.url, api.begin(owner))
        assert response["expires_in"] == 90
        (row,) = api.rows(owner)
    assert datetime.fromisoformat(row["expires_at"]).timestamp() == NOW + 30 * DAY
