"""What scripts/fuzz reads from a contract: kinds of things, their parents, and references."""

from pathlib import Path

import pytest
import yaml

from scripts.codegen.contract import load
from scripts.fuzzing import naming
from scripts.fuzzing.surface import Surface, read
from tests.boxes import CONTRACT

HEAD = """\
openapi: 3.1.0
info: {title: Probe, version: '1'}
security: [{token: []}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
servers: [{url: https://api.example.org/v1}]
"""
LISTS = (
    HEAD
    + """\
paths:
  /lists:
    post: {operationId: create_list, responses: {'201': {description: Made.}}}
  /lists/{list_id}:
    get:
      operationId: get_list
      parameters: [{name: list_id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: It.}}
  /lists/{listId}/todos:
    post:
      operationId: create_todo
      parameters: [{name: listId, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/x-schemas/Todo'}}}}
      responses: {'201': {description: Made.}}
  /todos:
    get:
      operationId: list_todos
      parameters:
        - {name: listId, in: query, schema: {type: string}}
        - {name: tag_ids, in: query, schema: {type: array, items: {type: integer}}}
        - {name: limit, in: query, schema: {type: integer}}
      responses: {'200': {description: Todos.}}
    patch:
      operationId: change_todos
      requestBody:
        content:
          application/json:
            schema:
              properties:
                ids: {type: array, items: {type: string}}
                change: {properties: {list_id: {type: string}, parent_id: {type: string}}}
      responses: {'200': {description: Changed.}}
  /todos/{todo_id}:
    get:
      operationId: get_todo
      parameters: [{name: todo_id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: It.}}
  /todos/{todo_id}/tags/{tag_id}:
    put:
      operationId: tag_todo
      parameters:
        - {name: todo_id, in: path, required: true, schema: {type: string}}
        - {name: tag_id, in: path, required: true, schema: {type: integer}}
      responses: {'204': {description: Tagged.}}
  /tags:
    get: {operationId: list_tags, responses: {'200': {description: Tags.}}}
    post: {operationId: create_tag, responses: {'201': {description: Made.}}}
  /tags/{tag_id}:
    delete:
      operationId: delete_tag
      parameters: [{name: tag_id, in: path, required: true, schema: {type: integer}}]
      responses: {'204': {description: Gone.}}
  /reports/{year}:
    get:
      operationId: get_report
      parameters: [{name: year, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: It.}}
  /users/{user_id}/picture:
    get:
      operationId: get_picture
      parameters: [{name: user_id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: It.}}
x-schemas:
  Todo:
    properties:
      title: {type: string}
      tags: {type: array, items: {type: string}}
      steps: {type: array, items: {properties: {todoId: {type: string}}}}
      external_id: {type: string, format: uuid}
"""
)


def surface(folder: Path, text: str) -> Surface:
    path = folder / "contract.yaml"
    path.write_text(text)
    return read(load(path).document)


def references(found: Surface, operation: str) -> dict[str, str]:
    return {each.label: str(each.kind) for each in found.endpoints[operation].references}


def places(found: Surface, operation: str) -> dict[str, str]:
    return {name: str(kind) for name, kind in found.endpoints[operation].places.items()}


def test_kinds_know_what_creates_and_lists_them(tmp_path: Path) -> None:
    kinds = {str(each): each for each in surface(tmp_path, LISTS).kinds}
    assert (kinds["list"].create, kinds["list"].lists) == ("create_list", "")
    assert (kinds["todo"].create, kinds["todo"].lists) == ("create_todo", "list_todos")
    assert (kinds["tag"].create, kinds["tag"].lists) == ("create_tag", "list_tags")


def test_parameters_of_paths_name_things_and_users(tmp_path: Path) -> None:
    found = surface(tmp_path, LISTS)
    assert places(found, "tag_todo") == {"todo_id": "todo", "tag_id": "tag"}
    assert places(found, "create_todo") == {"listId": "list"}
    assert places(found, "get_picture") == {"user_id": "user"}
    assert found.endpoints["get_picture"].users == ["user_id"]
    assert places(found, "get_report") == {"year": "None"}


def test_references_are_found_in_queries_and_at_any_depth_of_bodies(tmp_path: Path) -> None:
    found = surface(tmp_path, LISTS)
    assert references(found, "list_todos") == {"query listId": "list", "query tag_ids/*": "tag"}
    assert references(found, "change_todos") == {
        "body ids/*": "todo",
        "body change/list_id": "list",
        "body change/parent_id": "todo",
    }
    assert references(found, "create_todo") == {"body steps/*/todoId": "todo"}


def test_an_id_that_nothing_creates_is_told(tmp_path: Path) -> None:
    assert surface(tmp_path, LISTS).endpoints["create_todo"].unresolved == ("body external_id",)


def test_what_the_client_may_name_itself_is_created_by_put(tmp_path: Path) -> None:
    text = HEAD + yaml.safe_dump(
        {
            "paths": {
                "/notes/{note_id}": {
                    "put": {
                        "operationId": "put_note",
                        "parameters": [
                            {"name": "note_id", "in": "path", "required": True, "schema": {}}
                        ],
                        "responses": {"201": {"description": "Made."}},
                    }
                }
            }
        }
    )
    [kind] = surface(tmp_path, text).kinds
    assert (str(kind), kind.create, kind.by_client) == ("note", "put_note", True)


def test_hints_correct_what_names_seem_to_say(tmp_path: Path) -> None:
    found = surface(tmp_path, CONTRACT)
    assert references(found, "createThing") == {"body friendId": "thing"}
    none = surface(tmp_path, CONTRACT.replace("refers-to: createThing", "refers-to: null"))
    assert (references(none, "createThing"), none.endpoints["createThing"].unresolved) == ({}, ())
    plain = "operationId: listBoxes"
    skipped = surface(tmp_path, CONTRACT.replace(plain, f"{plain}\n      x-fuzz: {{skip: slow}}"))
    assert skipped.endpoints["listBoxes"].skip == "slow"
    assert skipped.endpoints["listBoxes"] not in skipped.secured


def test_what_needs_no_credentials_is_not_probed(tmp_path: Path) -> None:
    found = surface(tmp_path, CONTRACT)
    assert "health" not in {each.id for each in found.secured}
    assert len(found.secured) == len(found.endpoints) - 1


def test_the_path_of_the_server_is_known(tmp_path: Path) -> None:
    assert surface(tmp_path, LISTS).base == "/v1"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("list_id", ("list",)),
        ("parentListIds", ("parent", "list")),
        ("ids", ()),
        ("title", None),
        ("userID", ("user",)),
    ],
)
def test_names_tell_what_ids_are_of(name: str, stem: tuple[str, ...] | None) -> None:
    assert naming.stem(name) == stem


@pytest.mark.parametrize(
    ("plural", "one"),
    [("categories", "category"), ("boxes", "box"), ("to-do-lists", "list"), ("status", "status")],
)
def test_collections_are_named_after_their_things(plural: str, one: str) -> None:
    assert naming.singular(plural)[-1] == one
