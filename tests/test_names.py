"""Names: whatever a contract calls things, generated code means what the contract means."""

from importlib import import_module
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI

from scripts.codegen.document import ContractError
from scripts.codegen.naming import pascal, snake
from tests.generated_api import HEAD, OpenGate, call, package, render, serve

SCHEMAS = (
    *("Answer", "Body", "Gate", "Parameter", "Protocol", "Declaration", "TypeAdapter", "Model"),
    *("Date", "Uuid", "Literal", "Field", "Any", "Exactly"),
    *("GetAnswerOk", "Router", "models", "None", "True", "class", "type", "List", "1st", "a-b"),
)
PROPERTIES = (
    *(
        "class",
        "copy",
        "dict",
        "float",
        "from",
        "int",
        "json",
        "list",
        "model_config",
        "model_dump",
    ),
    *("model_id", "schema", "self", "str", "validate", "Annotated", "Date", "Field"),
    *("Literal", "MISSING", "Uuid", "_private", "__dunder", "1st", "a-b", "\u00fcber"),
)
TAGS = ("api", "app", "check", "gate", "models", "operations", "route", "router", "runtime")
SHAPE = (
    "{type: object, additionalProperties: false, properties: {"
    + "".join(f"'{name}': {{type: string, format: date}}, " for name in PROPERTIES)
    + "texts: {type: array, items: {type: string}}, kind: {enum: [a, 0]}, number: {type: number}}}"
)
OPERATIONS = "".join(
    f"""
  /{name}:
    get:
      operationId: get{pascal(name)}
      tags: [{TAGS[number % len(TAGS)]}]
      parameters:
        - {{name: list, in: query, schema: {{type: array, items: {{type: string, format: uuid}}}}}}
        - {{name: class, in: query, schema: {{type: integer}}}}
      responses:
        '200':
          description: >-
            Quotes: \"\"\" and a backslash \\\\
          headers: {{int: {{schema: {{type: integer}}}}}}
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}
"""
    for number, name in enumerate(SCHEMAS)
)
CONTRACT = (
    HEAD.replace("title: Probe", 'title: \'A """ title \\\'')
    + "  schemas:\n"
    + "".join(f"    {name}: {SHAPE}\n" for name in SCHEMAS)
    + f"paths:{OPERATIONS}"
)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Return the package of a contract that calls everything by names that are in use."""
    return package(tmp_path_factory.mktemp("names"), CONTRACT)


def test_schemas_may_have_the_names_of_generated_code(module: ModuleType) -> None:
    tag = import_module(f"{module.__name__}.api_")
    answered = signature(tag.Api.getAnswer).return_annotation
    assert answered is tag.GetAnswerOk
    assert answered.__annotations__["body"] is module.models.Answer


def test_properties_keep_their_names_in_json(module: ModuleType) -> None:
    text = '{"%s":"2026-01-01"}'
    for name in PROPERTIES:
        thing = module.models.Answer.model_validate_json(text % name)
        assert thing.model_dump_json(by_alias=True) == text % name


def test_arguments_have_the_nearest_name_that_python_takes(module: ModuleType) -> None:
    seen: dict[str, Any] = {}

    async def operation(_: str, **arguments: Any) -> Any:
        seen.update(arguments)
        tag = import_module(f"{module.__name__}.api_")
        return tag.GetAnswerOk(module.models.Answer(), int_=1)

    functions = {f"get{pascal(name)}": operation for name in SCHEMAS}
    app: FastAPI = serve(module, OpenGate(), **functions)
    answer = call(app, "GET", "/Answer?class=7")
    assert (answer.status_code, answer.headers["int"]) == (200, "1")
    assert seen == {"list_": None, "class_": 7}


@pytest.mark.parametrize(
    ("name", "argument", "class_name"),
    [
        ("If-None-Match", "if_none_match", "IfNoneMatch"),
        ("ifNoneMatch", "if_none_match", "IfNoneMatch"),
        ("HTTPServer2", "http_server_2", "HTTPServer2"),
        ("ETag", "etag", "ETag"),
        ("import", "import_", "Import"),
        ("2fa", "_2_fa", "_2Fa"),
        ("\u65e5\u672c", "\u65e5\u672c", "\u65e5\u672c"),
    ],
)
def test_names_are_spelled_as_python_spells_them(name: str, argument: str, class_name: str) -> None:
    assert (snake(name), pascal(name)) == (argument, class_name)


def operation(**more: str) -> str:
    """Return an operation as flow mapping, with more keys."""
    keys = {"responses": "{'204': {description: Done.}}"} | more
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def parameters(*named: str) -> str:
    """Return parameters of these names, each with its place after a colon."""
    pairs = (name.split(":") for name in named)
    return (
        "["
        + ", ".join(f"{{name: {n}, in: {place}, schema: {{type: string}}}}" for n, place in pairs)
        + "]"
    )


REFUSED = {
    "two operations of one name": (
        {"/a": operation(operationId="getA"), "/b": operation(operationId="get-a")},
        "#/paths/~1b/get: not to be told from #/paths/~1a/get",
    ),
    "two paths of one form": (
        {
            "/a/{b}": operation(parameters="[{name: b, in: path, required: true, schema: {}}]"),
            "/a/{c}": operation(parameters="[{name: c, in: path, required: true, schema: {}}]"),
        },
        "#/paths/~1a~1{c}/get: not to be told from #/paths/~1a~1{b}/get",
    ),
    "one parameter twice": (
        {"/a": operation(parameters=parameters("a:query", "a:query"))},
        "#/paths/~1a/get/parameters/1: a stands here twice",
    ),
}


@pytest.mark.parametrize(("paths", "message"), REFUSED.values(), ids=REFUSED)
def test_names_that_python_cannot_tell_apart_are_refused(
    tmp_path: Path, paths: dict[str, str], message: str
) -> None:
    lines = "".join(f"  {path}: {{get: {item}}}\n" for path, item in paths.items())
    with pytest.raises(ContractError) as refused:
        render(tmp_path, f"{HEAD}paths:\n{lines}")
    assert message in str(refused.value)


BOTH = parameters("b-c:query", "b_c:header")
ALIKE = f"""{HEAD}
  schemas:
    my.Thing: {{type: object, properties: {{a: {{type: string}}}}}}
    MyThing: {{type: object, properties: {{b: {{type: string}}}}}}
paths:
  /a: {{get: {operation(tags="[my tag]", operationId="a", parameters=BOTH)}}}
  /b: {{get: {operation(tags="[my-tag]", operationId="b", parameters=parameters("self:query"))}}}
  /c:
    get:
      operationId: c
      tags: [my tag]
      parameters: [{{name: body, in: query, schema: {{$ref: '#/components/schemas/my.Thing'}}}}]
      responses:
        '200':
          description: Done.
          headers: {{X-A: {{schema: {{type: string}}}}, x_a: {{schema: {{type: string}}}}}}
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/MyThing'}}}}}}
"""


def test_names_that_are_one_in_python_are_told_apart(tmp_path: Path) -> None:
    module = package(tmp_path, ALIKE)
    one, other = (import_module(f"{module.__name__}.{name}") for name in ("my_tag", "my_tag_"))
    assert list(signature(one.MyTag.a).parameters) == ["self", "scope", "query_b_c", "header_b_c"]
    assert list(signature(other.MyTag_.b).parameters) == ["self", "scope", "query_self"]
    assert list(one.COk.__dataclass_fields__) == ["body", "x_a", "header_x_a"]
    assert list(signature(one.MyTag.c).parameters) == ["self", "scope", "query_body"]
    models = import_module(f"{module.__name__}.models")
    assert {"a"} == set(models.MyThing.model_fields) != set(models.MyThing2.model_fields)
