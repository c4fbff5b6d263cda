# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""users: Who the caller is.

The protocol is what the implementation fulfils; the router is what the framework serves.
"""

from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter

from . import models
from .models import EntityTags, Profile, ProfilePatch
from .runtime.answers import Answer, Answers, Header
from .runtime.bodies import Body
from .runtime.contents import Json
from .runtime.gate import Gate
from .runtime.operation import Declaration, routes
from .runtime.parameters import Parameter
from .runtime.schema import Schema
from .runtime.writers import JsonWriter


@dataclass(slots=True)
class GetProfileOk:
    """get_profile, 200: The profile."""

    body: Profile
    etag: str


@dataclass(slots=True)
class GetProfileNotModified:
    """get_profile, 304: The one you hold is current."""

    etag: str


@dataclass(slots=True)
class ChangeProfileOk:
    """change_profile, 200: The profile."""

    body: Profile
    etag: str


class Users[Scope](Protocol):
    """Who the caller is."""

    async def get_profile(
        self,
        scope: Scope,
        user_id: str,
        if_none_match: EntityTags | None,
    ) -> GetProfileOk | GetProfileNotModified:
        """Read your profile

        Your profile. It exists from the first request on, with nothing filled in.
        """
        ...

    async def change_profile(
        self,
        scope: Scope,
        user_id: str,
        if_match: EntityTags | None,
        body: ProfilePatch,
    ) -> ChangeProfileOk:
        """Change your profile

        Changes the fields that are sent (RFC 7396); `null` clears one.
        """
        ...


def router[Scope](users: Users[Scope], gate: Gate[Scope]) -> APIRouter:
    """Return the routes of an implementation."""
    return APIRouter(
        routes=[
            *routes(GET_PROFILE, users.get_profile, gate),
            *routes(CHANGE_PROFILE, users.change_profile, gate),
        ]
    )


GET_PROFILE = Declaration(
    id="get_profile",
    method="GET",
    paths=("/api/users/{user_id}",),
    security=({"bearer": frozenset(["profile:read"])},),
    owner="user_id",
    parameters=(
        Parameter("user_id", "user_id", "path", Schema(models.GetProfileUserId), required=True),
        Parameter("if_none_match", "If-None-Match", "header", Schema(models.EntityTags)),
    ),
    answers=Answers(
        typed={
            GetProfileOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.Profile))},
                headers=(Header("etag", "ETag", Schema(models.GetProfileOkETag)),),
            ),
            GetProfileNotModified: Answer(
                304, headers=(Header("etag", "ETag", Schema(models.GetProfileNotModifiedETag)),)
            ),
        },
    ),
    refusals=frozenset([401, 403, 406, 422, 429, 500, 503]),
)

CHANGE_PROFILE = Declaration(
    id="change_profile",
    method="PATCH",
    paths=("/api/users/{user_id}",),
    security=({"bearer": frozenset(["profile:write"])},),
    owner="user_id",
    parameters=(
        Parameter("user_id", "user_id", "path", Schema(models.ChangeProfileUserId), required=True),
        Parameter("if_match", "If-Match", "header", Schema(models.EntityTags)),
    ),
    body=Body(
        required=True, contents={"application/merge-patch+json": Json(Schema(models.ProfilePatch))}
    ),
    answers=Answers(
        typed={
            ChangeProfileOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.Profile))},
                headers=(Header("etag", "ETag", Schema(models.ChangeProfileOkETag)),),
            ),
        },
    ),
    refusals=frozenset([400, 401, 403, 406, 412, 413, 415, 422, 429, 500, 503]),
)
