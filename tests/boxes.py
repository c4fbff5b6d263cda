"""An API of boxes and what is in them, with leaks to switch on: a victim of scripts/fuzz."""

import time
from collections.abc import Container
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKENS = {"alice-token-1": "alice", "bob-token-22": "bob"}
CONTRACT = """\
openapi: 3.0.3
info: {title: Boxes, version: '1'}
security: [{token: []}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  parameters:
    Box: {name: boxId, in: path, required: true, schema: {type: string}}
    Thing: {name: thingId, in: path, required: true, schema: {type: string}}
  schemas:
    Box: {type: object, required: [name], properties: {name: {type: string, maxLength: 99}}}
    Thing:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 99}
        friendId: {type: string, format: uuid, x-fuzz: {refers-to: createThing}}
paths:
  /health: {get: {operationId: health, security: [], responses: {'200': {description: Well.}}}}
  /boxes:
    get:
      operationId: listBoxes
      parameters:
        - {name: q, in: query, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1}}
        - {name: cursor, in: query, schema: {type: string}}
      responses: {'200': {description: Boxes.}}
    post:
      operationId: createBox
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Box'}}}}
      responses: {'201': {description: Made.}}
  /boxes/{boxId}:
    parameters: [{$ref: '#/components/parameters/Box'}]
    get: {operationId: getBox, responses: {'200': {description: It.}}}
    delete: {operationId: deleteBox, responses: {'204': {description: Gone.}}}
  /boxes/{boxId}/things:
    parameters: [{$ref: '#/components/parameters/Box'}]
    get: {operationId: listThings, responses: {'200': {description: Things.}}}
    post:
      operationId: createThing
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses: {'201': {description: Made.}}
  /boxes/{boxId}/things/{thingId}:
    parameters: [{$ref: '#/components/parameters/Box'}, {$ref: '#/components/parameters/Thing'}]
    get: {operationId: getThing, responses: {'200': {description: It.}}}
  /boxes/empty:
    post: {operationId: emptyBoxes, responses: {'204': {description: Emptied.}}}
  /things/delete:
    post:
      operationId: deleteThings
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [ids]
              properties: {ids: {type: array, items: {type: string, format: uuid}, minItems: 1}}
      responses: {'200': {description: Deleted.}}
"""

type Row = dict[str, Any]


class Boxes:
    """The API; each leak is switched on by its name."""

    def __init__(self, leaks: Container[str] = ()) -> None:
        self.leaks = leaks
        self.boxes: dict[str, Row] = {}
        self.things: dict[str, Row] = {}
        self.cursors: dict[str, tuple[str, int]] = {}
        routes = [
            Route("/health", self._health),
            Route("/boxes", self._list_boxes, methods=["GET"]),
            Route("/boxes", self._create_box, methods=["POST"]),
            Route("/boxes/empty", self._empty_boxes, methods=["POST"]),
            Route("/boxes/{box}", self._get_box, methods=["GET"]),
            Route("/boxes/{box}", self._delete_box, methods=["DELETE"]),
            Route("/boxes/{box}/things", self._list_things, methods=["GET"]),
            Route("/boxes/{box}/things", self._create_thing, methods=["POST"]),
            Route("/boxes/{box}/things/{thing}", self._get_thing, methods=["GET"]),
            Route("/things/delete", self._delete_things, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes, exception_handlers={HTTPException: self._refuse})

    def _refuse(self, request: Request, fault: Exception) -> Response:
        status = fault.status_code if isinstance(fault, HTTPException) else 500
        told = {"error": f"{request.url.path}: {status}", "at": time.time(), "id": str(uuid4())}
        return JSONResponse(told, status)

    def _user(self, request: Request) -> str:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        user = TOKENS.get(token, "bob" if "access" in self.leaks else None)
        if user is None:
            raise HTTPException(401)
        return user

    def _box(self, request: Request, leak: str = "") -> Row:
        user, box = self._user(request), self.boxes.get(request.path_params["box"])
        if box is None or (box["ownerId"] != user and leak not in self.leaks):
            raise HTTPException(403 if box and "items" in self.leaks else 404)
        return box

    async def _body(self, request: Request) -> Row:
        try:
            body = await request.json()
        except ValueError:
            raise HTTPException(400) from None
        if not isinstance(body, dict) or not isinstance(body.get("name", ""), str):
            raise HTTPException(422)
        return body

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"now": time.time()})

    async def _list_boxes(self, request: Request) -> Response:
        asked, user = request.query_params, self._user(request)
        if "filters" in self.leaks:
            user = asked.get("ownerId", user)
        start = 0
        if cursor := asked.get("cursor"):
            whose, start = self.cursors.get(cursor, ("", 0))
            if whose != user and not (whose and "cursors" in self.leaks):
                raise HTTPException(403 if whose and "tokens" in self.leaks else 400)
        found = [each for each in self.boxes.values() if each["ownerId"] == user]
        found = [each for each in found if asked.get("q", "") in each["name"]]
        end = start + int(asked.get("limit", 50))
        following = str(uuid4()) if end < len(found) else None
        if following:
            self.cursors[following] = (user, end)
        total = len(self.boxes if "reads" in self.leaks else found)
        page = {"boxes": found[start:end], "total": total, "nextCursor": following}
        return JSONResponse({**page, "generatedAt": time.time()})

    async def _create_box(self, request: Request) -> Response:
        user, body = self._user(request), await self._body(request)
        taken = {each["name"] for each in self.boxes.values()}
        if "conflicts" in self.leaks and body.get("name") in taken:
            raise HTTPException(409)
        owner = body.get("ownerId", user) if "owners" in self.leaks else user
        return self._stored(self.boxes, {"name": body.get("name", ""), "ownerId": owner})

    async def _empty_boxes(self, request: Request) -> Response:
        user = self._user(request)
        for key, thing in list(self.things.items()):
            if thing["ownerId"] == user or "effects" in self.leaks:
                del self.things[key]
        return Response(status_code=204)

    async def _get_box(self, request: Request) -> Response:
        return JSONResponse(self._box(request))

    async def _delete_box(self, request: Request) -> Response:
        del self.boxes[self._box(request)["id"]]
        return Response(status_code=204)

    async def _list_things(self, request: Request) -> Response:
        box = self._box(request)
        found = [each for each in self.things.values() if each["boxId"] == box["id"]]
        return JSONResponse(found)

    async def _create_thing(self, request: Request) -> Response:
        box, body = self._box(request), await self._body(request)
        friend = self.things.get(str(body.get("friendId")))
        knows = friend and (friend["ownerId"] == box["ownerId"] or "references" in self.leaks)
        if body.get("friendId") and not knows:
            raise HTTPException(422)
        thing = {"name": body.get("name", ""), "friendId": body.get("friendId")}
        return self._stored(self.things, {**thing, "boxId": box["id"], "ownerId": box["ownerId"]})

    async def _get_thing(self, request: Request) -> Response:
        box, thing = self._box(request), self.things.get(request.path_params["thing"])
        is_in = thing and (thing["boxId"] == box["id"] or "parents" in self.leaks)
        if thing is None or not is_in or thing["ownerId"] != box["ownerId"]:
            raise HTTPException(404)
        return JSONResponse(thing)

    async def _delete_things(self, request: Request) -> Response:
        user, body = self._user(request), await self._body(request)
        if not isinstance(body.get("ids"), list):
            raise HTTPException(422)
        deleted = 0
        for key in map(str, body["ids"]):
            thing = self.things.get(key)
            if thing and (thing["ownerId"] == user or "batches" in self.leaks):
                del self.things[key]
                deleted += 1
        return JSONResponse({"asked": body["ids"], "deleted": deleted})

    def _stored(self, rows: dict[str, Row], row: Row) -> Response:
        stored = {"id": str(uuid4()), **row, "createdAt": time.time()}
        rows[stored["id"]] = stored
        return JSONResponse(stored, 201)
