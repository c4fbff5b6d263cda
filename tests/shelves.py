"""An API of shelves and of labels that are put on them, with leaks to switch on."""

from collections.abc import Container
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.boxes import TOKENS

CONTRACT = """\
openapi: 3.1.0
info: {title: Shelves, version: '1'}
security: [{token: []}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  parameters:
    Shelf: {name: shelf_id, in: path, required: true, schema: {type: string, format: uuid}}
    Label: {name: label_id, in: path, required: true, schema: {type: string, format: uuid}}
  requestBodies:
    Named:
      content:
        application/json:
          schema: {type: object, required: [name], properties: {name: {type: string}}}
paths:
  /shelves:
    post:
      operationId: create_shelf
      requestBody: {$ref: '#/components/requestBodies/Named'}
      responses: {'201': {description: Made.}}
  /shelves/{shelf_id}:
    parameters: [{$ref: '#/components/parameters/Shelf'}]
    get: {operationId: get_shelf, responses: {'200': {description: It.}}}
  /shelves/{shelf_id}/labels:
    parameters: [{$ref: '#/components/parameters/Shelf'}]
    get: {operationId: list_shelf_labels, responses: {'200': {description: Labels.}}}
  /shelves/{shelf_id}/labels/{label_id}:
    parameters: [{$ref: '#/components/parameters/Shelf'}, {$ref: '#/components/parameters/Label'}]
    put: {operationId: attach_label, responses: {'204': {description: It is on it.}}}
    delete: {operationId: detach_label, responses: {'204': {description: It is off it.}}}
  /labels:
    get:
      operationId: list_labels
      parameters:
        - {name: page, in: query, schema: {type: integer, minimum: 1, default: 1}}
        - {name: per_page, in: query, schema: {type: integer, minimum: 1, default: 50}}
      responses: {'200': {description: Labels.}}
    post:
      operationId: create_label
      requestBody: {$ref: '#/components/requestBodies/Named'}
      responses: {'201': {description: Made.}}
  /labels/{label_id}:
    parameters: [{$ref: '#/components/parameters/Label'}]
    get: {operationId: get_label, responses: {'200': {description: It.}}}
"""

type Row = dict[str, str]


class Shelves:
    """The API; each leak is switched on by its name."""

    def __init__(self, leaks: Container[str] = ()) -> None:
        self.leaks = leaks
        self.rows: dict[str, dict[str, Row]] = {"shelves": {}, "labels": {}}
        self.on: set[tuple[str, str]] = set()
        put = "/shelves/{shelves}/labels/{labels}"
        routes = [
            Route("/{kind:str}", self._create, methods=["POST"]),
            Route("/labels", self._list, methods=["GET"]),
            Route("/shelves/{shelves}", self._get, methods=["GET"]),
            Route("/labels/{labels}", self._get, methods=["GET"]),
            Route("/shelves/{shelves}/labels", self._list_on, methods=["GET"]),
            Route(put, self._attach, methods=["PUT"]),
            Route(put, self._detach, methods=["DELETE"]),
        ]
        self.app = Starlette(routes=routes)

    def _user(self, request: Request) -> str:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in TOKENS:
            raise HTTPException(401)
        return TOKENS[token]

    def _row(self, request: Request, kind: str, leak: str = "") -> Row:
        user, row = self._user(request), self.rows[kind].get(request.path_params[kind])
        if row is None or (row["owner_id"] != user and leak not in self.leaks):
            raise HTTPException(404)
        return row

    async def _create(self, request: Request) -> Response:
        user, kind = self._user(request), request.path_params["kind"]
        try:
            name = (await request.json())["name"]
        except (ValueError, LookupError, TypeError):
            raise HTTPException(422) from None
        if kind not in self.rows or not isinstance(name, str):
            raise HTTPException(404 if kind not in self.rows else 422)
        row = {"id": str(uuid4()), "name": name, "owner_id": user}
        self.rows[kind][row["id"]] = row
        return JSONResponse(row, 201)

    async def _get(self, request: Request) -> Response:
        [kind] = request.path_params
        return JSONResponse(self._row(request, kind))

    async def _list(self, request: Request) -> Response:
        user, asked = self._user(request), request.query_params
        page, size = int(asked.get("page", 1)), int(asked.get("per_page", 50))
        every: Any = self.rows["labels"].values()
        if page == 1 or "pages" not in self.leaks:
            every = [each for each in every if each["owner_id"] == user]
        return JSONResponse(list(every)[(page - 1) * size : page * size])

    async def _list_on(self, request: Request) -> Response:
        user, shelf = self._user(request), request.path_params["shelves"]
        found = [self.rows["labels"][label] for on, label in self.on if on == shelf]
        if "join" not in self.leaks or not found:
            self._row(request, "shelves")
            found = [each for each in found if each["owner_id"] == user]
        return JSONResponse(sorted(found, key=lambda each: each["id"]))

    async def _attach(self, request: Request) -> Response:
        shelf = self._row(request, "shelves", "attach to another's")
        label = self._row(request, "labels", "attach another's")
        self.on.add((shelf["id"], label["id"]))
        return Response(status_code=204)

    async def _detach(self, request: Request) -> Response:
        shelf = self._row(request, "shelves", "detach")
        label = self._row(request, "labels", "detach")
        if (shelf["id"], label["id"]) not in self.on:
            raise HTTPException(404)
        self.on.remove((shelf["id"], label["id"]))
        return Response(status_code=204)
