"""Rate limits: how many requests a user, or an address, may send in how much time.

What is answered follows RFC 6585, section 4 (429), RFC 9110, section 10.2.3 (Retry-After) and
draft-ietf-httpapi-ratelimit-headers-11 (RateLimit, RateLimit-Policy).
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from impl.core.addresses import client
from impl.core.auth import refuse
from impl.core.claims import Caller
from impl.core.contract import Document, operations
from impl.core.counts import Counts, Excess, OwnCounts, Policy
from impl.core.problems import Problem
from impl.core.settings import Settings, SettingsError
from impl.core.unauthenticated import Unauthenticated

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1
CLASS = "x-rate-limit"
"""What an operation of the contract says to be counted by the policy of this name as well."""

type Paths = Mapping[str, re.Pattern[str]]
"""By method, the paths of some operations."""

logger = logging.getLogger("freehold.ratelimits")


class TooManyRequests(Problem):
    """429: a policy has no room for the request until its window ends."""

    def __init__(self, policy: Policy, excess: Excess) -> None:
        rate = policy.rate
        headers = {
            "Retry-After": str(excess.seconds),
            "RateLimit": f'"{policy.name}";r=0;t={excess.seconds}',
            "RateLimit-Policy": f'"{policy.name}";q={rate.requests};w={rate.seconds}',
        }
        super().__init__(429, headers=headers)


@dataclass(frozen=True, slots=True)
class Policies:
    """What is limited: for each address and for each user, and None for what is not.

    `failures` are requests without a valid token. All others count for `user`, for `writes` by
    unsafe methods, for `refresh` when they are for operations of that class, and for `address`.
    Those with a refresh token count for its grant in the place of its user.
    """

    failures: Policy | None
    user: Policy | None
    writes: Policy | None
    refresh: Policy | None
    address: Policy | None

    @classmethod
    def of(cls, settings: Settings) -> "Policies":
        """Return the policies of the settings."""
        rates = {name: getattr(settings, f"rate_limit_{name}") for name in cls.__slots__}
        return cls(**{name: Policy(name, rate) if rate else None for name, rate in rates.items()})

    def __bool__(self) -> bool:
        """Whether anything is limited."""
        return any(getattr(self, name) for name in self.__slots__)


class RateLimits:
    """Counts every request once it is known whether its sender has a valid token."""

    def __init__(self, policies: Policies, counts: Counts, refreshing: Paths) -> None:
        self._policies = policies
        self._safe = [policy for policy in (policies.user,) if policy]
        self._unsafe = [policy for policy in (policies.user, policies.writes) if policy]
        self._refresh = [policy for policy in (policies.refresh,) if policy]
        self._refreshing = refreshing
        self.counts = counts

    async def refuse(
        self, refusal: Unauthenticated, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a request without a valid token: 401, or 429 when there were too many of them."""
        failures = self._policies.failures
        if failures and (excess := await self.counts.add(failures, client(scope))):
            raise _exceeded(failures, excess, scope)
        await refuse(refusal, scope, receive, send)

    def before(self, app: ASGIApp) -> ASGIApp:
        """Return an application that takes no more requests of a caller than the policies let by.

        One with a refresh token counts for its grant, and for no user: signatures do not tell
        whether a grant has ended, and who stole a token locks nobody out with it. It raises
        `TooManyRequests`.
        """
        by_address = self._policies.address

        async def limited(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                caller: Caller = scope["caller"]
                renewal = caller.renewal
                identity = f"{caller.user_id} {renewal.token.grant}" if renewal else caller.user_id
                for policy in self._kept(scope):
                    if excess := await self.counts.add(policy, identity):
                        raise _exceeded(policy, excess, scope)
                # Last, so that what is refused to one user takes nothing from the others there.
                if by_address and (excess := await self.counts.add(by_address, client(scope))):
                    raise _exceeded(by_address, excess, scope)
            await app(scope, receive, send)

        return limited

    def _kept(self, scope: Scope) -> list[Policy]:
        """Return the policies that a request counts for by its method and path."""
        method = scope["method"]
        policies = self._safe if method in SAFE_METHODS else self._unsafe
        paths = self._refreshing.get(method)
        return policies + self._refresh if paths and paths.fullmatch(scope["path"]) else policies


def _exceeded(policy: Policy, excess: Excess, scope: Scope) -> TooManyRequests:
    if excess.requests == 1:
        # One line for a window: a flood of requests is no flood of lines.
        logger.warning("limited policy=%s client=%r", policy.name, client(scope))
    return TooManyRequests(policy, excess)


def rate_limits(settings: Settings, document: Document, owner: str) -> RateLimits | None:
    """Return the limits of the settings, or None when nothing is limited.

    `owner` names the API among those of a machine. Raises SettingsError for a class of operations
    that there is not.
    """
    policies = Policies.of(settings)
    refreshing = paths_of(document, "refresh")
    return RateLimits(policies, _counts(settings, owner), refreshing) if policies else None


def _counts(settings: Settings, owner: str) -> Counts:
    if settings.rate_limit_storage_url is None:
        return OwnCounts(owner)
    # review: allow FH117: its client takes 4 MiB, which a server without a store has no use for
    from impl.core.shared_counts import SharedCounts  # noqa: PLC0415

    return SharedCounts(settings.rate_limit_storage_url.get_secret_value())


def paths_of(document: Document, name: str) -> Paths:
    """Return the paths of the operations that a contract puts into a class by `x-rate-limit`.

    They match decoded paths, below any base path, and rather one too many: `%2F` in a parameter
    does not lead around a limit. Raises SettingsError for a class of another name.
    """
    paths: dict[str, list[str]] = {}
    for operation in operations(document):
        stated = operation.declared.get(CLASS)
        if stated == name:
            pattern = ".+".join(map(re.escape, re.split(r"{[^{}]*}", operation.path)))
            paths.setdefault(operation.method, []).append(pattern)
        elif stated is not None:
            raise SettingsError([f"{operation.method} {operation.path}: {CLASS} must be {name}"])
    return {
        method: re.compile(f".*(?:{'|'.join(patterns)})", re.DOTALL)
        for method, patterns in paths.items()
    }
