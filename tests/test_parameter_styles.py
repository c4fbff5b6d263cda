"""Parameters in every style of OpenAPI 3.1 §4.8.12.2, and as content."""

from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from tests.generated_api import HEAD, OpenGate, call, package, serve

PAIR = "{type: object, properties: {a: {type: integer}, b: {type: string}}}"
CLOSED = "{type: object, additionalProperties: false, properties: {a: {type: integer}, b: {}}}"
LIST = "{type: array, items: {type: integer}}"

PATHS = {
    "label": f"style: label, schema: {LIST}",
    "labels": f"style: label, explode: true, schema: {LIST}",
    "labelled": f"style: label, explode: true, schema: {PAIR}",
    "matrix": f"style: matrix, schema: {LIST}",
    "matrices": f"style: matrix, explode: true, schema: {LIST}",
    "matrixed": f"style: matrix, explode: true, schema: {PAIR}",
    "matrixone": "style: matrix, schema: {type: string}",
    "simple": f"schema: {PAIR}",
    "simples": f"explode: true, schema: {PAIR}",
}
QUERIES = {
    "form": f"explode: false, schema: {PAIR}",
    "fields": f"schema: {CLOSED}",
    "deep": f"style: deepObject, explode: true, schema: {CLOSED}",
    "deepest": "style: deepObject, schema: {type: object, properties: "
    f"{{in: {PAIR}, ids: {LIST}, at: {{type: string, format: date}}}}}}",
    "listed": "style: deepObject, explode: true, schema: {type: array, items: {type: string}}",
    "either_deep": "style: deepObject, schema: {anyOf: [{type: integer}, {type: object, "
    "properties: {gte: {type: integer}}}]}",
    "pipes": f"style: pipeDelimited, explode: false, schema: {LIST}",
    "spaces": f"style: spaceDelimited, explode: false, schema: {LIST}",
    "piped": f"style: pipeDelimited, explode: false, schema: {PAIR}",
    "either": f"schema: {{anyOf: [{{type: string, maxLength: 3}}, {LIST}]}}",
    "one": "schema: {anyOf: [{type: string, enum: ['1']}, {type: integer, minimum: 5}]}",
    "json": f"content: {{application/json: {{schema: {PAIR}}}}}",
    "text": "content: {text/plain: {schema: {type: string, maxLength: 3}}}",
    "flag": "allowEmptyValue: true, schema: {type: integer}",
    "reserved": "allowReserved: true, schema: {type: string}",
    "sorted": f"schema: {{allOf: [{LIST}, {{minItems: 2}}]}}",
    "unique": "schema: {type: array, uniqueItems: true, items: {type: string}}",
}
OTHERS = {
    "X-Pair": f"in: header, schema: {PAIR}",
    "X-Pairs": f"in: header, explode: true, schema: {PAIR}",
    "crumbs": f"in: cookie, explode: true, schema: {LIST}",
    "crumb": f"in: cookie, explode: false, schema: {PAIR}",
}


def contract() -> str:
    """Return a contract with an operation for each parameter."""
    done = "responses: {'204': {description: Done.}}"
    paths = "".join(
        f"  /{name}/{{p}}: {{get: {{operationId: {name}, {done}, "
        f"parameters: [{{name: p, in: path, required: true, {rest}}}]}}}}\n"
        for name, rest in PATHS.items()
    )
    named = {name: f"in: query, {rest}" for name, rest in QUERIES.items()} | OTHERS
    for number, (name, rest) in enumerate(named.items()):
        paths += (
            f"  /q/{number}: {{get: {{operationId: q{number}, {done}, "
            f"parameters: [{{name: {name}, {rest}}}]}}}}\n"
        )
    paths += (
        f"  /mixed/{{name}}.{{kind}}: {{get: {{operationId: mixed, {done}, parameters: ["
        "{name: name, in: path, required: true, schema: {type: string}}, "
        "{name: kind, in: path, required: true, schema: {enum: [txt, tar.gz]}}]}}\n"
        f"  /chosen: {{get: {{operationId: plain, {done}}}}}\n"
        f"  /chosen?beta=true: {{get: {{operationId: beta, {done}, "
        "parameters: [{name: n, in: query, schema: {type: integer}}]}}\n"
    )
    return f"{HEAD}paths:\n{paths}"


seen: dict[str, Any] = {}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the application of this module's contract."""

    def remember(name: str) -> Any:
        async def function(_: str, **arguments: Any) -> None:
            seen.clear()
            seen.update(arguments, operation=name)

        return function

    count = len(QUERIES) + len(OTHERS)
    names = [*PATHS, "mixed", "plain", "beta", *(f"q{number}" for number in range(count))]
    functions = {name: remember(name) for name in names}
    return serve(package(tmp_path_factory.mktemp("styles"), contract()), OpenGate(), **functions)


def held(value: Any) -> Any:
    """Return a model's fields that were sent."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_unset=True)
    return value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("label/.1,2", [1, 2]),
        ("labels/.1.2", [1, 2]),
        ("labelled/.a=1.b=x", {"a": 1, "b": "x"}),
        ("matrix/;p=1,2", [1, 2]),
        ("matrices/;p=1;p=2", [1, 2]),
        ("matrixed/;a=1;b=x", {"a": 1, "b": "x"}),
        ("matrixone/;p=x%2Fy", "x/y"),
        ("simple/a,1,b,x", {"a": 1, "b": "x"}),
        ("simples/a=1,b=x", {"a": 1, "b": "x"}),
    ],
)
def test_a_path_is_read_in_its_style(app: FastAPI, path: str, value: Any) -> None:
    assert call(app, "GET", f"/{path}").status_code == 204
    assert held(seen["p"]) == value


@pytest.mark.parametrize(
    "path",
    ["label/1", "labels/.1.x", "matrix/p=1", "matrices/;p=1;q=2", "matrixed/;a=x", "simple/a,1,b"],
)
def test_a_path_in_another_style_is_refused(app: FastAPI, path: str) -> None:
    answer = call(app, "GET", f"/{path}")
    assert answer.status_code == 422
    assert [fault["parameter"] for fault in answer.json()["detail"]] == ["p"]


def query(app: FastAPI, name: str, text: str) -> Any:
    """Return the value that a query has for a parameter, or the status that refuses it."""
    status = call(app, "GET", f"/q/{list(QUERIES).index(name)}?{text}").status_code
    return held(seen[name]) if status == 204 else status


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("form", "form=a,1,b,x", {"a": 1, "b": "x"}),
        ("form", "form=a,1,b", 422),
        ("form", "", None),
        ("fields", "a=1&b=x", {"a": 1, "b": "x"}),
        ("fields", "a=x", 422),
        ("fields", "c=1", 422),
        ("deep", "deep[a]=1&deep%5Bb%5D=x", {"a": 1, "b": "x"}),
        ("deep", "deep[c]=1", 422),
        ("deep", "deep[a]=1&deep[a]=2", 422),
        ("deep", "deep[a][b]=1", 422),
        ("deep", "deep=1", 422),
        (
            "deepest",
            "deepest[in][a]=1&deepest[ids]=1&deepest[ids]=2&deepest[at]=2026-01-31",
            {"in_": {"a": 1}, "ids": [1, 2], "at": "2026-01-31"},
        ),
        ("deepest", "deepest[in][a]=x", 422),
        ("listed", "listed[]=a&listed[]=b", ["a", "b"]),
        ("listed", "listed[0]=a&listed[1]=b", ["a", "b"]),
        ("listed", "listed[a]=b", 422),
        ("either_deep", "either_deep[gte]=1", {"gte": 1}),
        ("either_deep", "either_deep=1", 1),
        ("either_deep", "either_deep=x", 422),
        ("pipes", "pipes=1|2", [1, 2]),
        ("pipes", "pipes=1,2", 422),
        ("spaces", "spaces=1%202+3", [1, 2, 3]),
        ("piped", "piped=a|1|b|x", {"a": 1, "b": "x"}),
        ("either", "either=abc", "abc"),
        ("either", "either=1&either=2", [1, 2]),
        ("either", "either=1", [1]),
        ("either", "either=abcd", 422),
        ("one", "one=1", "1"),
        ("one", "one=7", 7),
        ("one", "one=2", 422),
        ("json", 'json={"a":1}', {"a": 1}),
        ("json", 'json={"a":"x"}', 422),
        ("json", "json={", 422),
        ("text", "text=%22ab", '"ab'),
        ("text", "text=abcd", 422),
        ("flag", "flag=", None),
        ("flag", "flag", None),
        ("flag", "flag=1", 1),
        ("flag", "flag=x", 422),
        ("reserved", "reserved=a:/?[]@!$'()*,;=b", "a:/?[]@!$'()*,;=b"),
        ("sorted", "sorted=1&sorted=2", [1, 2]),
        ("sorted", "sorted=1", 422),
        ("unique", "unique=a&unique=b", ["a", "b"]),
        ("unique", "unique=a&unique=a", 422),
    ],
)  # fmt: skip - a table
def test_a_query_is_read_in_its_style(app: FastAPI, name: str, text: str, value: Any) -> None:
    assert query(app, name, quote(text, safe="=&%[]|+:/?@!$'()*,;")) == value


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("X-Pair", ("X-Pair", "a,1,b,x"), {"a": 1, "b": "x"}),
        ("X-Pairs", ("X-Pairs", "a=1,b=x"), {"a": 1, "b": "x"}),
        ("crumbs", ("Cookie", "crumbs=1; crumbs=2"), [1, 2]),
        ("crumb", ("Cookie", "crumb=a,1,b,x"), {"a": 1, "b": "x"}),
    ],
)
def test_headers_and_cookies_hold_objects_and_lists(
    app: FastAPI, name: str, header: tuple[str, str], value: Any
) -> None:
    number = len(QUERIES) + list(OTHERS).index(name)
    assert call(app, "GET", f"/q/{number}", headers=[header]).status_code == 204
    (found,) = [held(item) for key, item in seen.items() if key != "operation"]
    assert found == value


@pytest.mark.parametrize(
    ("path", "status", "found"),
    [
        ("a.txt", 204, {"name": "a", "kind": "txt"}),
        ("a.b.tar.gz", 422, None),
        ("a.tar.gz", 204, {"name": "a", "kind": "tar.gz"}),
        ("a.exe", 422, None),
        ("a", 404, None),
    ],
)
def test_a_segment_may_hold_several_parameters(
    app: FastAPI, path: str, status: int, found: dict[str, str] | None
) -> None:
    assert call(app, "GET", f"/mixed/{path}").status_code == status
    if found:
        assert seen == {**found, "operation": "mixed"}


@pytest.mark.parametrize(
    ("text", "operation", "status"),
    [
        ("", "plain", 204),
        ("beta=true", "beta", 204),
        ("n=1&beta=true", "beta", 204),
        ("beta=false", "plain", 422),
        ("beta=true&n=x", "beta", 422),
    ],
)
def test_a_path_with_a_query_is_chosen_by_it(
    app: FastAPI, text: str, operation: str, status: int
) -> None:
    seen.clear()
    assert call(app, "GET", f"/chosen?{text}").status_code == status
    assert seen.get("operation", operation) == operation
