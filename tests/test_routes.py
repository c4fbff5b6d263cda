"""Routes: the router of a tag is FastAPI's own, with or without the dispatch in front."""

from importlib import import_module
from types import ModuleType, SimpleNamespace

import pytest
from fastapi import FastAPI
from starlette.routing import Route

from tests.generated_api import HEAD, OpenGate, call, package

CONTRACT = f"""{HEAD}
servers: [{{url: /v1}}]
paths:
  /things/{{thing-id}}:
    parameters:
      - {{name: thing-id, in: path, required: true, schema: {{type: string, format: uuid}}}}
    get:
      operationId: get_thing
      responses:
        '200':
          description: It.
          content: {{application/json: {{schema: {{type: string, format: uuid}}}}}}
    put:
      operationId: put_thing
      requestBody: {{content: {{application/json: {{schema: {{type: integer}}}}}}}}
      responses: {{'204': {{description: Done.}}}}
"""
ID = "019d2f6e-7c00-7000-8000-3b5c8f0e7a11"


async def get_thing(_: str, thing_id: object) -> object:
    """Return the id."""
    return thing_id


async def put_thing(_: str, thing_id: object, body: int | None) -> None:
    """Do nothing."""


@pytest.fixture(scope="module")
def tag(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Return the only module of this module's contract."""
    return import_module(f"{package(tmp_path_factory.mktemp('routes'), CONTRACT).__name__}.default")


@pytest.fixture(scope="module")
def app(tag: ModuleType) -> FastAPI:
    """Return an application that includes the router and has a route of its own."""
    app = FastAPI()
    app.include_router(
        tag.router(SimpleNamespace(get_thing=get_thing, put_thing=put_thing), OpenGate())
    )

    @app.get("/health")
    async def health() -> str:
        return "well"

    return app


def test_operations_are_routes_of_their_names(tag: ModuleType) -> None:
    router = tag.router(SimpleNamespace(get_thing=get_thing, put_thing=put_thing), OpenGate())
    routes = [route for route in router.routes if isinstance(route, Route)]
    assert [(route.name, route.path) for route in routes] == [
        ("get_thing", "/v1/things/{thing_id}"),
        ("put_thing", "/v1/things/{thing_id}"),
    ]


def test_the_framework_serves_them_beside_routes_of_its_own(app: FastAPI) -> None:
    assert call(app, "GET", f"/v1/things/{ID}").json() == ID
    assert call(app, "GET", "/health").json() == "well"


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/v1/things/1", None, 422),
        ("GET", f"/v1/things/{ID}?a=1", None, 422),
        ("PUT", f"/v1/things/{ID}", b"1", 204),
        ("PUT", f"/v1/things/{ID}", b'"1"', 422),
        ("PUT", f"/v1/things/{ID}", b"{", 400),
        ("PUT", f"/v1/things/{ID}", None, 204),
        ("POST", f"/v1/things/{ID}", None, 405),
        ("GET", "/v1/things", None, 404),
    ],
)
def test_a_route_enforces_what_the_contract_says(
    app: FastAPI, method: str, path: str, content: bytes | None, status: int
) -> None:
    headers = {"content-type": "application/json"}
    assert call(app, method, path, content=content, headers=headers).status_code == status
