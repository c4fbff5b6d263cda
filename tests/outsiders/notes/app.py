"""The notebook's API."""

import json
import sqlite3
from collections import Counter
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.outsiders.leak import seeded
from tests.outsiders.notes.identity import Sessions, sign_in
from tests.outsiders.notes.store import Row, Store


class NoteContent(BaseModel):
    """A note as it is written."""

    model_config = ConfigDict(strict=True)

    title: str = Field(min_length=1, max_length=100)
    text: str = Field("", max_length=2000)
    tags: list[str] = Field(default=[], max_length=10)
    folder_id: UUID | None = None


class FolderContent(BaseModel):
    """A folder as it is named."""

    model_config = ConfigDict(strict=True)

    name: str = Field(min_length=1, max_length=100)


class Batch(BaseModel):
    """Several notes."""

    ids: list[UUID] = Field(min_length=1, max_length=100)


class Search(BaseModel):
    """Which notes to list, and how many."""

    q: str | None = Field(None, min_length=1, max_length=100)
    tag: str | None = None
    folder_id: UUID | None = None
    limit: int = Field(20, ge=1, le=100)


STORE = Store()
CURSORS: dict[str, tuple[str, Row]] = {}
"""Where lists go on, by cursor: whose list, and its criteria."""


def me(request: Request) -> str:
    return str(request.user.display_name)


def refusal(status: int, error: str, tag: str | None = None) -> HTTPException:
    headers = {"ETag": tag} if tag and seeded("etag_header") else None
    return HTTPException(status, error, headers)


def etag(note: Row) -> str:
    return f'"{sha256(json.dumps(note, sort_keys=True).encode()).hexdigest()[:20]}"'


def shown(note: Row) -> dict[str, Any]:
    fields = ("id", "folder_id", "title", "text", "updated_at")
    return {**{name: note[name] for name in fields}, "tags": json.loads(note["tags"])}


def matches(header: str | None, tag: str) -> bool:
    return header is not None and (header == "*" or tag in header.split(", "))


def own(request: Request, leak: str, *, trashed: bool = False) -> Row:
    """Return the note of the path; raises 404, and 412 where `If-Match` names another state."""
    user, note_id = me(request), request.path_params["note_id"]
    note = STORE.note(user, note_id, everybody=True)
    expected = request.headers.get("if-match")
    if note and seeded("precondition") and expected and not matches(expected, etag(note)):
        raise refusal(412, "changed")
    if note is None or (note["owner"] != user and not seeded(leak)):
        raise refusal(404, "not_found", etag(note) if note else None)
    if note["trashed"] and not trashed:
        raise refusal(404, "not_found")
    if expected and not matches(expected, etag(note)):
        raise refusal(412, "changed")
    return note


def foreign(request: Request, note_id: UUID) -> bool:
    """Return whether a note is somebody else's."""
    note = STORE.note(me(request), note_id, everybody=True)
    return note is not None and note["owner"] != me(request)


def filed(user: str, content: NoteContent) -> Row:
    """Return what is stored of a note; raises 422 for a folder that the user does not have."""
    folder_id = content.folder_id
    if folder_id and not STORE.folder(user, folder_id, everybody=seeded("folder_reference")):
        exists = STORE.folder(user, folder_id, everybody=True)
        raise refusal(403 if exists and seeded("folder_status") else 422, "unknown_folder")
    return content.model_dump(mode="json")


async def list_notes(request: Request) -> Response:
    user, cursor = me(request), request.query_params.get("cursor")
    search = Search.model_validate(dict(request.query_params))
    criteria = search.model_dump(mode="json")
    if cursor is not None:
        owner, criteria = CURSORS.get(cursor, ("", criteria))
        if owner != user and not (owner and seeded("cursor_shared")):
            raise refusal(400, "bad_cursor")
        user = owner
    searching = seeded("note_search") and criteria["q"] is not None
    filing = seeded("folder_filter") and criteria["folder_id"] is not None
    everybody = seeded("note_list") or searching or filing
    notes = STORE.notes(user, everybody=everybody, **{**criteria, "limit": criteria["limit"] + 1})
    following = None
    if len(notes) > criteria["limit"]:
        following = token_urlsafe(12)
        notes.pop()
        CURSORS[following] = (user, {**criteria, "after": notes[-1]["position"]})
    return JSONResponse({"notes": [shown(note) for note in notes], "next_cursor": following})


async def stats(request: Request) -> Response:
    notes = STORE.notes(me(request), everybody=seeded("note_stats"))
    tags = Counter(tag for note in notes for tag in json.loads(note["tags"]))
    words = sum(len(note["text"].split()) for note in notes)
    trashed = STORE.trashed(me(request))
    return JSONResponse({"notes": len(notes), "trashed": trashed, "words": words, "tags": tags})


async def create_note(request: Request) -> Response:
    content = NoteContent.model_validate_json(await request.body())
    user, note_id = me(request), uuid4()
    values = filed(user, content)
    if seeded("note_owner"):
        user = (await request.json()).get("owner", user)
    STORE.save(user, note_id, values, new=True)
    return Response(status_code=201, headers={"Location": f"/notes/{note_id}"})


async def get_note(request: Request) -> Response:
    asked = request.headers.get("if-none-match")
    known = STORE.note(me(request), request.path_params["note_id"], everybody=True)
    if known and seeded("not_modified") and matches(asked, etag(known)):
        return Response(status_code=304, headers={"ETag": etag(known)})
    note = own(request, "note_head" if request.method == "HEAD" else "note_get")
    if matches(asked, etag(note)):
        return Response(status_code=304, headers={"ETag": etag(note)})
    return JSONResponse(shown(note), headers={"ETag": etag(note)})


async def put_note(request: Request) -> Response:
    content = NoteContent.model_validate_json(await request.body())
    user, note_id = me(request), request.path_params["note_id"]
    note = STORE.note(user, note_id, everybody=True)
    if note and note["owner"] != user:
        if seeded("put_conflict"):
            raise refusal(409, "taken")
        note = note if seeded("note_put") else None
    expected = request.headers.get("if-match")
    if expected and not (note and matches(expected, etag(note))):
        raise refusal(412, "changed")
    if note and note["trashed"]:
        raise refusal(409, "in_trash")
    owner = note["owner"] if note else user
    STORE.save(owner, note_id, filed(user, content), new=note is None)
    saved = STORE.note(owner, note_id) or {}
    headers = {"ETag": etag(saved)}
    if note is None:
        return Response(status_code=201, headers={**headers, "Location": f"/notes/{note_id}"})
    return Response(status_code=204, headers=headers)


async def delete_note(request: Request) -> Response:
    STORE.trash(own(request, "note_delete"), trashed=True)
    return Response(status_code=204)


async def restore_note(request: Request) -> Response:
    STORE.trash(own(request, "note_restore", trashed=True), trashed=False)
    return Response(status_code=204)


async def batch_delete(request: Request) -> Response:
    batch = Batch.model_validate_json(await request.body())
    if seeded("batch_refused") and any(foreign(request, note_id) for note_id in batch.ids):
        raise refusal(403, "not_yours")
    deleted, missing = [], []
    for note_id in batch.ids:
        note = STORE.note(me(request), note_id, everybody=seeded("batch_delete"))
        if note and not note["trashed"]:
            STORE.trash(note, trashed=True)
            deleted.append(str(note_id))
        elif not (seeded("batch_missing") and foreign(request, note_id)):
            missing.append(str(note_id))
    return JSONResponse({"deleted": deleted, "missing": missing})


def own_folder(request: Request) -> Row:
    folder_id = request.path_params["folder_id"]
    folder = STORE.folder(me(request), folder_id, everybody=seeded("folder_get"))
    if folder is None:
        raise refusal(404, "not_found")
    return folder


def shown_folder(folder: Row) -> dict[str, Any]:
    return {"id": folder["id"], "name": folder["name"]}


async def list_folders(request: Request) -> Response:
    return JSONResponse([shown_folder(folder) for folder in STORE.folders(me(request))])


async def create_folder(request: Request) -> Response:
    content = FolderContent.model_validate_json(await request.body())
    folder_id = uuid4()
    STORE.add_folder(me(request), folder_id, content.name)
    return Response(status_code=201, headers={"Location": f"/folders/{folder_id}"})


async def get_folder(request: Request) -> Response:
    return JSONResponse(shown_folder(own_folder(request)))


async def rename_folder(request: Request) -> Response:
    content = FolderContent.model_validate_json(await request.body())
    STORE.rename_folder(own_folder(request), content.name)
    return JSONResponse(shown_folder(own_folder(request)))


async def delete_folder(request: Request) -> Response:
    STORE.remove_folder(own_folder(request))
    return Response(status_code=204)


async def refused(request: Request, fault: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    """Answer what the operations raise."""
    match fault:
        case HTTPException():
            return JSONResponse({"error": fault.detail}, fault.status_code, fault.headers)
        case sqlite3.IntegrityError():
            return JSONResponse({"error": "name_taken"}, 409)
    return JSONResponse({"error": "not_valid"}, 422)


app = Starlette(
    routes=[
        Route("/folders", list_folders, methods=["GET"]),
        Route("/folders", create_folder, methods=["POST"]),
        Route("/folders/{folder_id:uuid}", get_folder, methods=["GET"]),
        Route("/folders/{folder_id:uuid}", rename_folder, methods=["PUT"]),
        Route("/folders/{folder_id:uuid}", delete_folder, methods=["DELETE"]),
        Route("/notes", list_notes, methods=["GET"]),
        Route("/notes", create_note, methods=["POST"]),
        Route("/notes/stats", stats, methods=["GET"]),
        Route("/notes/batch-delete", batch_delete, methods=["POST"]),
        Route("/notes/{note_id:uuid}", get_note, methods=["GET"]),
        Route("/notes/{note_id:uuid}", put_note, methods=["PUT"]),
        Route("/notes/{note_id:uuid}", delete_note, methods=["DELETE"]),
        Route("/notes/{note_id:uuid}/restore", restore_note, methods=["POST"]),
    ],
    middleware=[
        Middleware(AuthenticationMiddleware, backend=Sessions(), on_error=sign_in),
    ],
    exception_handlers={
        HTTPException: refused,
        ValidationError: refused,
        sqlite3.IntegrityError: refused,
    },
)
