"""Dispatch: a path and a method lead to one operation, or to the answer why there is none."""

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from tests.generated_api import HEAD, OpenGate, call, package, serve

TEXT = "content: {application/json: {schema: {type: string}}}"
GET = f"responses: {{'200': {{description: Here., {TEXT}}}}}"
DONE = "responses: {'204': {description: Done.}}"
CONTRACT = f"""{HEAD}
servers: [{{url: 'https://api.test/v1'}}]
paths:
  /users/{{user_id}}:
    parameters: [{{name: user_id, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: get_user, security: [{{token: [a, b]}}, {{token: [c]}}], {GET}}}
    delete: {{operationId: delete_user, {DONE}}}
  /users/me:
    get: {{operationId: get_me, {GET}}}
  /users/{{user_id}}/friends/{{friend}}:
    put:
      operationId: befriend
      parameters:
        - {{name: user_id, in: path, required: true, schema: {{type: string}}}}
        - {{name: friend, in: path, required: true, schema: {{type: string}}}}
      {DONE}
  /users/me/friends: {{get: {{operationId: my_friends, {GET}}}}}
  /files/{{name}}:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: get_file, {GET}}}
  /files/{{name}}.json:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: get_json_file, {GET}}}
  /pages/{{name}}:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: get_page, {GET}}}
  /pages/all?draft=true: {{get: {{operationId: list_drafts, {GET}}}}}
"""


async def get_user(_: str, user_id: str) -> str:
    """Answer with the path's user."""
    return f"user {user_id}"


async def get_me(_: str) -> str:
    """Answer for the fixed path."""
    return "me"


async def my_friends(_: str) -> str:
    """Answer for the longer fixed path."""
    return "friends"


async def delete_user(_: str, user_id: str) -> None:
    """Do nothing."""


async def befriend(_: str, user_id: str, friend: str) -> None:
    """Do nothing."""


async def get_file(_: str, name: str) -> str:
    """Answer with the name of a file."""
    return f"file {name}"


async def get_json_file(_: str, name: str) -> str:
    """Answer with a part of the name."""
    return f"JSON {name}"


async def get_page(_: str, name: str) -> str:
    """Answer with the name of a page."""
    return f"page {name}"


async def list_drafts(_: str) -> str:
    """Answer for the path with a query."""
    return "drafts"


@pytest.fixture(scope="module")
def gate() -> OpenGate:
    """Return the gate that remembers."""
    return OpenGate()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, gate: OpenGate) -> FastAPI:
    """Return the application of this module's contract."""
    users = (get_user, get_me, my_friends, delete_user, befriend)
    functions = (*users, get_file, get_json_file, get_page, list_drafts)
    module = package(tmp_path_factory.mktemp("dispatch"), CONTRACT)
    return serve(module, gate, **{function.__name__: function for function in functions})


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v1/users/me", "me"),
        ("/v1/users/ada", "user ada"),
        ("/v1/users/me%20", "user me "),
        ("/v1/users/a%2Fb", "user a/b"),
        ("/v1/users/me/friends", "friends"),
    ],
)
def test_a_fixed_segment_goes_before_one_that_varies(app: FastAPI, path: str, answer: str) -> None:
    assert call(app, "GET", path).json() == answer


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v1/files/a", "file a"),
        ("/v1/files/a.json", "JSON a"),
        ("/v1/pages/7", "page 7"),
        ("/v1/pages/all?draft=true", "drafts"),
    ],
)
def test_a_last_segment_is_not_taken_for_a_parameter_where_it_is_more(
    app: FastAPI, path: str, answer: str
) -> None:
    assert call(app, "GET", path).json() == answer


def test_a_fixed_segment_that_leads_nowhere_is_tried_as_a_varying_one(app: FastAPI) -> None:
    assert call(app, "PUT", "/v1/users/me/friends/bob").status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/v1", "/users/me", "/v1/users", "/v1/users/", "/v1/users/ada/", "/v1//users/me"),
        *("/v1/users/ada/friends", "/v1/users/ada/friends/", "/v1/users/a/friends/b/c", "/docs"),
    ],
)
def test_any_other_path_is_404_for_every_method(app: FastAPI, path: str) -> None:
    for method in ("GET", "POST", "OPTIONS", "HEAD"):
        assert call(app, method, path).status_code == 404


def test_another_method_is_405_and_all_are_named(app: FastAPI) -> None:
    answer = call(app, "POST", "/v1/users/ada")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert call(app, "GET", "/v1/users/a/friends/b").headers["allow"] == "OPTIONS, PUT"


def test_options_names_the_methods_and_head_is_a_get(app: FastAPI) -> None:
    asked = call(app, "OPTIONS", "/v1/users/ada")
    assert (asked.status_code, asked.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS")
    assert call(app, "HEAD", "/v1/users/ada").headers["content-length"] == "10"


def test_the_gate_is_told_the_scopes_and_the_user_of_the_path(app: FastAPI, gate: OpenGate) -> None:
    call(app, "GET", "/v1/users/a%2Fb")
    call(app, "GET", "/v1/users/me")
    assert gate.admitted[-2:] == [
        (({"token": frozenset("ab")}, {"token": frozenset("c")}), "a/b"),
        (({"token": frozenset()},), None),
    ]


def test_what_the_contract_does_not_name_is_not_served(app: FastAPI) -> None:
    async def extra() -> PlainTextResponse:
        return PlainTextResponse("extra")

    app.add_api_route("/extra", extra)
    assert call(app, "GET", "/extra").status_code == 404
