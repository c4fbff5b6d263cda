"""The rules of the contract, and of answers beside it, on what breaks them and what nearly does."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.reviewed import reviewed, rules

ANSWERS = {str(status): {"description": "It."} for status in (200, 401, 403, 404, 422)}
OBJECT = {"type": "object", "additionalProperties": False, "properties": {"title": {}}}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}


def contract(path: str, method: str, /, **operation: Any) -> dict[str, Any]:
    """Return a contract of one operation that breaks no rule but by what is given."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1.0.0"},
        "security": [{"bearer": []}],
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {path: {method: {"operationId": "note", "responses": ANSWERS, **operation}}},
    }


def body(**properties: Any) -> dict[str, Any]:
    schema = {**OBJECT, "properties": properties}
    return {"content": {"application/json": {"schema": schema}}}


def named(name: str, place: str, **schema: Any) -> list[dict[str, Any]]:
    return [{"name": name, "in": place, "required": True, "schema": schema or {"type": "string"}}]


def listing(schema: Any) -> dict[str, Any]:
    return {
        **ANSWERS,
        "200": {"description": "All.", "content": {"application/json": {"schema": schema}}},
    }


def without(*statuses: str) -> dict[str, Any]:
    return {status: answer for status, answer in ANSWERS.items() if status not in statuses}


NOTES = {"type": "array", "items": OBJECT}
BAD = [
    ("FH501", contract("/n", "get", security=[])),
    ("FH501", contract("/n", "get", security=[{"bearer": []}, {}])),
    ("FH503", contract("/n", "post", requestBody=body(owner_id={}))),
    ("FH503", contract("/n", "post", requestBody=body(inner={"properties": {"userId": {}}}))),
    (
        "FH503",
        contract("/n", "post", requestBody=body(all={"items": {"properties": {"owner": {}}}})),
    ),
    ("FH503", contract("/n", "get", parameters=named("user_id", "query"))),
    ("FH503", contract("/n", "get", parameters=named("X-User-Id", "header"))),
    ("FH503", contract("/o/{owner_id}", "get", parameters=named("owner_id", "path"))),
    ("FH504", contract("/n", "get", responses=without("401"))),
    ("FH504", contract("/n", "get", security=[{"bearer": ["n"]}], responses=without("403"))),
    (
        "FH504",
        contract(
            "/u/{user_id}", "get", parameters=named("user_id", "path"), responses=without("403")
        ),
    ),
    ("FH504", contract("/n/{id}", "get", parameters=named("id", "path"), responses=without("404"))),
    ("FH504", contract("/n", "post", requestBody=body(title={}), responses=without("422"))),
    ("FH505", contract("/n/{id}", "get", parameters=named("id", "path", type="integer"))),
    ("FH506", contract("/n", "post", requestBody=body(a={"properties": {"b": {}}}))),
    (
        "FH506",
        contract(
            "/n",
            "post",
            requestBody=body(a={"properties": {"b": {}}, "additionalProperties": True}),
        ),
    ),
    ("FH507", contract("/n", "get", responses=listing(NOTES))),
    ("FH507", contract("/n", "get", responses=listing({"properties": {"items": NOTES}}))),
    ("FH507", contract("/n", "get", responses=listing(NOTES), parameters=named("limit", "query"))),
]  # fmt: skip - one case after the other
NEAR = [
    contract("/n", "get"),
    contract("/n", "get", security=[{"bearer": ["n:read"]}]),
    contract("/n", "post", requestBody=body(title={}, ownership={}, username={})),
    contract("/u/{user_id}", "get", parameters=named("user_id", "path"), responses=without("404")),
    contract("/n/{id}", "get", parameters=named("id", "path", type="string", format="uuid")),
    contract("/n/{year}", "get", parameters=named("year", "path", type="integer")),
    contract("/n", "get", responses=listing(NOTES), parameters=[LIMIT]),
    contract("/n", "get", responses=listing({"type": "array", "items": {"type": "string"}})),
    contract("/n", "get", responses={"default": {"description": "Any."}}),
    contract("/n", "get", responses={"200": {"description": "It."}, "4XX": {"description": "No."}}),
]


@pytest.mark.parametrize(("rule", "document"), BAD)
def test_a_contract_that_opens_a_door_is_found(
    tmp_path: Path, rule: str, document: dict[str, Any]
) -> None:
    assert rule in rules(tmp_path, {"openapi.yaml": yaml.safe_dump(document)})


@pytest.mark.parametrize("document", NEAR)
def test_a_contract_that_keeps_it_closed_is_not(tmp_path: Path, document: dict[str, Any]) -> None:
    assert rules(tmp_path, {"openapi.yaml": yaml.safe_dump(document)}) == {"FH114"}


@pytest.mark.parametrize(
    "scheme", [{"type": "http", "scheme": "basic"}, {"type": "apiKey", "in": "query", "name": "k"}]
)
def test_a_scheme_that_carries_no_token_is_warned_of(tmp_path: Path, scheme: Any) -> None:
    document = contract("/n", "get")
    document["components"]["securitySchemes"]["bearer"] = scheme
    found = reviewed(tmp_path, {"openapi.yaml": yaml.safe_dump(document)})
    assert {each.rule.id for each in found.findings if not each.is_blocking} == {"FH502"}


def test_a_finding_in_a_file_that_is_referred_to_names_that_file(tmp_path: Path) -> None:
    document = contract(
        "/n",
        "post",
        requestBody={"content": {"application/json": {"schema": {"$ref": "note.yaml"}}}},
    )  # fmt: skip - one value
    note = "type: object\nadditionalProperties: false\nproperties:\n  owner_id: {}\n"
    files = {"openapi.yaml": yaml.safe_dump(document), "note.yaml": note}
    found = [each.fault for each in reviewed(tmp_path, files).findings if each.rule.id == "FH503"]
    assert [(each.path, each.line) for each in found] == [("note.yaml", 4)]


DECLARED = contract(
    "/n",
    "get",
    responses={
        **ANSWERS,
        "409": {
            "description": "No.",
            "headers": {"X-Known": {"schema": {}}},
            "content": {"application/problem+json": {}},
        },
        "202": {"description": "Later.", "content": {"application/json": {}}},
    },
)  # fmt: skip - one value
IMPORTS = (
    "from fastapi import HTTPException\nfrom fastapi.responses import JSONResponse, Response\n"
    "from http import HTTPStatus\nfrom impl.core.problems import Problem, PreconditionFailed\n"
)
UNDECLARED = [
    "raise Problem(410)",
    "raise Problem(status=410)",
    "raise HTTPException(HTTPStatus.GONE)",
    "raise HTTPException(status_code=410)",
    "raise PreconditionFailed",
    "raise PreconditionFailed()",
    "return JSONResponse({}, status_code=201)",
    "return Response(b'', 204)",
    "return Response('x', 202, media_type='text/html')",
    "raise Problem(409, headers={'X-Other': '1'})",
    "raise _refusal()",
    "STATUS = 410\n    raise Problem(STATUS)",
    "raise Gone",
]
KNOWN = [
    "raise Problem(409)",
    "raise Problem(409, headers={'x-known': '1'})",
    "return JSONResponse({}, status_code=202)",
    "return Response('{}', 202, media_type='application/json; charset=utf-8')",
    "raise Problem(status_of(scope))",
    "raise ValueError(410)",
]


def answering(root: Path, answer: str) -> set[str]:
    helpers = "class Gone(Problem):\n    def __init__(self):\n        super().__init__(410)\n\n"
    helpers += "def _refusal():\n    return Problem(410)\n\n"
    code = f"{IMPORTS}{helpers}async def note(scope):\n    {answer}\n"
    return rules(root, {"openapi.yaml": yaml.safe_dump(DECLARED), "impl/notes.py": code})


@pytest.mark.parametrize("answer", UNDECLARED)
def test_an_answer_that_the_contract_does_not_declare_is_found(tmp_path: Path, answer: str) -> None:
    assert "FH110" in answering(tmp_path, answer)


@pytest.mark.parametrize("answer", KNOWN)
def test_an_answer_that_it_declares_is_not(tmp_path: Path, answer: str) -> None:
    assert not {"FH110", "FH901"} & answering(tmp_path, answer)
