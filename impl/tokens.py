"""Tokens: how a user goes on without signing in again, and how that is ended."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlmodel import col, func

from generated.models import Grant, GrantPage, TokenResponse
from generated.tokens import RefreshTokensOk
from impl.core.issuing import Renewal
from impl.core.jws import digest
from impl.core.paging import Order
from impl.core.problems import NotFound
from impl.core.scope import UserScope
from impl.core.unauthenticated import Unauthenticated
from impl.tables import GrantRow

# Clocks may differ: a grant is forgotten when its tokens have expired by all of them.
KEPT = timedelta(days=1)


class Turn(BaseModel):
    """At which turn a grant is."""

    generation: int
    token_hash: str
    last_used_at: datetime
    revoked: bool


async def refresh_tokens(scope: UserScope) -> RefreshTokensOk:
    renewal, now = scope.renewal, scope.renewal.now
    successor = renewal.successors(now)[0]
    rotated = await _rotate(scope, renewal, successor, now)
    if not rotated and renewal.token.generation == 0:
        await _begin(scope, renewal, now)
        rotated = await _rotate(scope, renewal, successor, now)
    if not rotated:
        successor = await _given_before(scope, renewal, now)
    access_token, lifetime_s = renewal.access_token(now)
    response = TokenResponse(
        access_token=access_token,
        token_type="Bearer",  # noqa: S106 - how the token is sent
        expires_in=lifetime_s,
        refresh_token=successor,
        refresh_expires_in=renewal.token.expires - int(now.timestamp()),
        scope=renewal.token.scope,
    )
    return RefreshTokensOk(response, cache_control="no-store")


async def list_grants(scope: UserScope, limit: int, cursor: str | None) -> GrantPage:
    page = await scope.page(
        GrantRow,
        Grant,
        col(GrantRow.revoked).is_(False),
        col(GrantRow.expires_at) > func.now(),
        order=Order(col(GrantRow.created_at), descending=True),
        limit=limit,
        cursor=cursor,
    )
    return GrantPage(items=page.items, next_cursor=page.next_cursor)


async def revoke_grant(scope: UserScope, grant_id: UUID) -> None:
    if not await _end(scope, grant_id, col(GrantRow.expires_at) > func.now()):
        raise NotFound


async def _rotate(scope: UserScope, renewal: Renewal, successor: str, now: datetime) -> bool:
    """Put the successor in the place of the token presented; say whether that was current."""
    turn = {
        "generation": renewal.token.generation + 1,
        "token_hash": digest(successor.encode()),
        "last_used_at": now,
    }
    changed = await scope.change_where(
        GrantRow,
        turn,
        col(GrantRow.id) == renewal.token.grant,
        col(GrantRow.generation) == renewal.token.generation,
        col(GrantRow.token_hash) == renewal.digest,
        col(GrantRow.revoked).is_(False),
        col(GrantRow.expires_at) > now,
    )
    return changed == 1


async def _begin(scope: UserScope, renewal: Renewal, now: datetime) -> None:
    """Store the grant of a token of generation 0 unless it is known, and forget old ones."""
    await scope.remove_where(GrantRow, col(GrantRow.expires_at) < now - KEPT)
    begun = {
        "scope": renewal.token.scope,
        "generation": 0,
        "token_hash": renewal.digest,
        "last_used_at": now,
        "expires_at": renewal.expires_at,
    }
    await scope.ensure(GrantRow, renewal.token.grant, begun)


async def _given_before(scope: UserScope, renewal: Renewal, now: datetime) -> str:
    """Return the successor that was given for the token presented, if its answer may be lost.

    Otherwise the token was used twice, by two of which one has stolen it: who is not known, so
    neither goes on (RFC 9700, section 4.14.2). Raises `Unauthenticated`.
    """
    grant = renewal.token.grant
    found = await scope.find(GrantRow, Turn, col(GrantRow.id) == grant, limit=1)
    if not found or found[0].revoked or found[0].generation <= renewal.token.generation:
        raise Unauthenticated("no such grant, or an ended one")
    (turn,) = found
    is_next = turn.generation == renewal.token.generation + 1
    if is_next and now < min(turn.last_used_at + renewal.grace, renewal.expires_at):
        return _same(renewal, turn)
    ended = await _end(scope, grant)
    raise Unauthenticated(f"reused: grant {grant} is ended" if ended else "an ended grant")


def _same(renewal: Renewal, turn: Turn) -> str:
    """Return the successor that has the hash that is stored; raises `Unauthenticated`."""
    for successor in renewal.successors(turn.last_used_at):
        if digest(successor.encode()) == turn.token_hash:
            return successor
    raise Unauthenticated("the successor is signed with a secret that is not known here")


async def _end(scope: UserScope, grant_id: UUID, *criteria: ColumnElement[bool]) -> bool:
    """End a grant; say whether there was one that had not ended."""
    ended = await scope.change_where(
        GrantRow,
        {"revoked": True},
        col(GrantRow.id) == grant_id,
        col(GrantRow.revoked).is_(False),
        *criteria,
    )
    return ended == 1
