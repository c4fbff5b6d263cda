"""Operations that the contract puts into a class are counted by its policy as well."""

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from impl.core.claims import Caller
from impl.core.counts import OwnCounts, Policy
from impl.core.ratelimits import Policies, RateLimits, TooManyRequests, paths_of, rate_limits
from impl.core.rates import Rate
from impl.core.settings import Settings, SettingsError

ANSWERED: dict[str, Any] = {"responses": {}}
MARKED = {**ANSWERED, "x-rate-limit": "refresh"}
CONTRACT = {
    "paths": {
        "/tokens/refresh": {"post": MARKED, "get": ANSWERED},
        "/families/{family}/renew": {"put": MARKED},
        "/shared": {"$ref": "#/components/pathItems/Shared"},
        "/todos": {"post": ANSWERED},
    },
    "components": {"pathItems": {"Shared": {"post": MARKED}}},
}


async def done(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer nothing."""


def served(*calls: tuple[str, str, str]) -> list[bool]:
    """Tell which calls, of a user by a method to a path, there was room for."""
    policies = Policies(None, None, None, Policy("refresh", Rate(2, 60)), None)
    app = RateLimits(policies, OwnCounts(), paths_of(CONTRACT, "refresh")).before(done)

    async def call(user_id: str, method: str, path: str) -> bool:
        caller = Caller(user_id, frozenset())
        scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "caller": caller}
        try:
            await app(scope, asyncio.Event().wait, lambda _: asyncio.sleep(0))  # type: ignore[arg-type]  # neither is called
        except TooManyRequests:
            return False
        return True

    async def every() -> list[bool]:
        return [await call(*each) for each in calls]

    return asyncio.run(every())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/tokens/refresh"),
        ("POST", "/api/v1/tokens/refresh"),
        ("PUT", "/families/7/renew"),
        ("PUT", "/families/a/b/renew"),
        ("PUT", "/families/a\nb/renew"),
        ("POST", "/shared"),
    ],
)
def test_an_operation_of_the_class_is_counted_for_each_user(method: str, path: str) -> None:
    call, other = ("ada", method, path), ("bob", method, path)
    assert served(call, call, call, other) == [True, True, False, True]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/tokens/refresh"), ("POST", "/todos"), ("POST", "/tokens/refresh/x")],
)
def test_other_operations_are_not(method: str, path: str) -> None:
    assert served(*[("ada", method, path)] * 4) == [True] * 4


def test_a_class_that_there_is_not_is_refused() -> None:
    wrong = {"paths": {"/a": {"get": {**ANSWERED, "x-rate-limit": "refersh"}}}}
    with pytest.raises(SettingsError, match=r"^GET /a: x-rate-limit must be refresh$"):
        paths_of(wrong, "refresh")


def test_what_is_off_is_not_there(settings: Settings) -> None:
    assert rate_limits(settings, CONTRACT, "an api") is None
