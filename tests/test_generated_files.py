"""Code generated from a contract of several files, and what the generator says while it writes."""

import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from tests.generated_api import HEAD, OpenGate, call, package, serve

PROJECT = Path(__file__).resolve().parents[1]
CONTRACT = f"""{HEAD}
  schemas:
    User: {{type: object, properties: {{local: {{type: integer}}}}}}
paths:
  /users: {{$ref: paths/users.yaml}}
"""
FILES = {
    "paths/users.yaml": """
post:
  operationId: make
  parameters: [{$ref: '../all.json#/components/parameters/Level'}]
  requestBody:
    required: true
    content: {application/json: {schema: {$ref: ../user.yaml}}}
  responses:
    '200':
      description: It.
      content: {application/json: {schema: {$ref: '../all.json#/components/schemas/User'}}}
""",
    "user.yaml": "{type: object, required: [id], properties: "
    "{id: {$ref: 'all.json#/components/schemas/Id'}}}",
    "all.json": """{"components": {
      "parameters": {"Level": {"name": "level", "in": "query", "schema": {"type": "integer"}}},
      "schemas": {
        "Id": {"type": "integer", "minimum": 1},
        "User": {"allOf": [{"$ref": "user.yaml"}, {"type": "object", "properties":
          {"friends": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}}}]}}}}""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files that the contract refers to."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_what_stands_in_other_files_is_generated_and_served(folder: Path) -> None:
    module = package(folder, CONTRACT)
    models = import_module(f"{module.__name__}.models")

    async def make(_: str, level: int | None, body: Any) -> Any:
        return models.User2(id=body.id + (level or 0), friends=[])

    app = serve(module, OpenGate(), make=make)
    answer = call(app, "POST", "/users?level=2", json={"id": 1})
    assert (answer.status_code, answer.json()) == (200, {"id": 3, "friends": []})
    assert call(app, "POST", "/users?level=x", json={"id": 1}).status_code == 422
    assert call(app, "POST", "/users", json={"id": 0}).status_code == 422


def test_schemas_of_one_name_in_several_files_are_told_apart(folder: Path) -> None:
    models = import_module(f"{package(folder, CONTRACT).__name__}.models")
    fields = {name: set(getattr(models, name).model_fields) for name in ("User", "User2", "User3")}
    assert fields == {"User": {"local"}, "User2": {"id", "friends"}, "User3": {"id"}}
    assert get_type_hints(models.User2)["friends"] != list[Any]


def generate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command on the contract in a folder."""
    contract = folder / "contract.yaml"
    contract.write_text(CONTRACT.replace("integer}", "integer, nullable: true}"))
    command = [f"{PROJECT}/scripts/generate", f"--contract={contract}", f"--out={folder}/out"]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=True)


def test_what_may_be_meant_otherwise_is_noted_once_with_its_place(folder: Path) -> None:
    done = generate(folder)
    (note,) = done.stderr.splitlines()
    assert note.startswith("note: contract.yaml:9: #/components/schemas/User/properties/local/null")
    assert done.stdout.startswith("out/: ")


def test_a_refusal_that_the_server_words_otherwise_is_noted(folder: Path) -> None:
    users = folder / "paths/users.yaml"
    refusal = "'422': {description: No., content: {text/plain: {schema: {type: string}}}}"
    users.write_text(f"{users.read_text()}    {refusal}\n")
    worded = "is answered as application/problem+json, which this does not declare"
    notes = generate(folder).stderr.splitlines()
    assert sum(note.endswith(worded) for note in notes) == 1


def test_verbose_tells_the_time_of_each_phase(folder: Path) -> None:
    phases = [line for line in generate(folder, "--verbose").stderr.splitlines() if " s  " in line]
    assert [line.split(" s  ")[1] for line in phases] == [
        "reading the contract",
        "checking that it is OpenAPI",
        "reading operations and schemas",
        "shaping types",
        "writing models",
        "writing operations",
    ]
    assert all(float(line.split()[0]) < 60 for line in phases)
