# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""tokens: How a user goes on without signing in again.

The protocol is what the implementation fulfils; the router is what the framework serves.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from fastapi import APIRouter

from . import models
from .models import GrantPage, TokenResponse
from .runtime.answers import Answer, Answers, Header
from .runtime.formats import Uuid
from .runtime.gate import Gate
from .runtime.operation import Declaration, routes
from .runtime.parameters import Parameter
from .runtime.schema import Schema
from .runtime.writers import JsonWriter


@dataclass(slots=True)
class RefreshTokensOk:
    """refresh_tokens, 200: An access token, and the refresh token that follows."""

    body: TokenResponse
    cache_control: Literal["no-store"]


class Tokens[Scope](Protocol):
    """How a user goes on without signing in again."""

    async def list_grants(
        self,
        scope: Scope,
        limit: int,
        cursor: str | None,
    ) -> GrantPage:
        """List your grants

        One page of the grants by which somebody goes on as you, the newest first. A grant is all the
        refresh tokens that follow from one; it is here from the first use on, until it ends.
        """
        ...

    async def revoke_grant(
        self,
        scope: Scope,
        grant_id: Uuid,
    ) -> None:
        """End a grant

        Ends a grant for good: none of its refresh tokens is good for anything any more. Access tokens
        that it gave expire by themselves.
        """
        ...

    async def refresh_tokens(
        self,
        scope: Scope,
    ) -> RefreshTokensOk:
        """Exchange a refresh token

        Takes a refresh token in the place of an access token, and no body. Answers with new ones of
        both: keep the refresh token in the place of the one that was sent, which is good for nothing
        any more. Sent again, it ends its grant, for one of the two who had it has stolen it (RFC 9700,
        section 4.14.2). Where an answer was lost, it may be sent again for a few seconds, as long as
        its successor has not been used; the answer has the same refresh token as the lost one.
        """
        ...


def router[Scope](tokens: Tokens[Scope], gate: Gate[Scope]) -> APIRouter:
    """Return the routes of an implementation."""
    return APIRouter(
        routes=[
            *routes(LIST_GRANTS, tokens.list_grants, gate),
            *routes(REVOKE_GRANT, tokens.revoke_grant, gate),
            *routes(REFRESH_TOKENS, tokens.refresh_tokens, gate),
        ]
    )


LIST_GRANTS = Declaration(
    id="list_grants",
    method="GET",
    paths=("/api/tokens",),
    security=({"bearer": frozenset(["tokens:read"])},),
    parameters=(
        Parameter(
            "limit",
            "limit",
            "query",
            Schema(models.ListGrantsLimit),
            kinds=("integer",),
            default="20",
        ),
        Parameter("cursor", "cursor", "query", Schema(models.ListGrantsCursor)),
    ),
    answers=Answers(
        bare=Answer(200, {"application/json": JsonWriter(Schema(models.GrantPage))}),
    ),
    refusals=frozenset([401, 403, 406, 422, 429, 500, 503]),
)

REVOKE_GRANT = Declaration(
    id="revoke_grant",
    method="DELETE",
    paths=("/api/tokens/{grant_id}",),
    security=({"bearer": frozenset(["tokens:write"])},),
    parameters=(
        Parameter("grant_id", "grant_id", "path", Schema(models.RevokeGrantGrantId), required=True),
    ),
    answers=Answers(
        bare=Answer(204),
    ),
    refusals=frozenset([401, 403, 404, 422, 429, 500, 503]),
)

REFRESH_TOKENS = Declaration(
    id="refresh_tokens",
    method="POST",
    paths=("/api/tokens/refresh",),
    security=({"refresh": frozenset()},),
    answers=Answers(
        typed={
            RefreshTokensOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.TokenResponse))},
                headers=(
                    Header(
                        "cache_control", "Cache-Control", Schema(models.RefreshTokensOkCacheControl)
                    ),
                ),
            ),
        },
    ),
    refusals=frozenset([401, 406, 422, 429, 500, 503]),
)
