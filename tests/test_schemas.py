"""Schemas: each is enforced exactly as JSON Schema means it, or refused; never in between."""

import json
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from pydantic_core import SchemaValidator, core_schema

from scripts.codegen.document import ContractError
from scripts.codegen.runtime.patterns import portable
from tests.generated_api import HEAD, package, render

SHARED = """
Name: {type: string, minLength: 2, maxLength: 3}
Open: {type: object, required: [a], properties: {a: {type: string}}}
Closed: {type: object, additionalProperties: false, properties: {a: {type: integer}}}
Other: {type: object, properties: {t: {type: string}, x: {type: integer}}}
Tree: {type: object, properties: {a: {$ref: '#/components/schemas/Tree'}}}
One: {type: object, required: [t], properties: {t: {const: a}, x: {type: integer}}}
Two: {type: object, required: [t], properties: {t: {type: string, enum: [b]}, y: {type: string}}}
Any-Json:
  anyOf:
    - {type: [string, number, boolean, 'null']}
    - {type: array, items: {$ref: '#/components/schemas/Any-Json'}}
    - {type: object, additionalProperties: {$ref: '#/components/schemas/Any-Json'}}
"""
ENFORCED = """
{}
true
{type: 'null'}
{type: boolean}
{type: boolean, enum: [true]}
{type: integer, minimum: 1, maximum: 10}
{type: integer, exclusiveMinimum: 1, exclusiveMaximum: 3}
{type: integer, multipleOf: 5}
{type: integer, minimum: 0.5}
{type: integer, enum: [0, 1, 2]}
{type: number, multipleOf: 0.5}
{type: number, exclusiveMinimum: 0, exclusiveMaximum: 1.5}
{type: string, minLength: 2, maxLength: 3}
{type: string, maxLength: 1}
{type: string, pattern: b}
{type: string, pattern: '^a|b$'}
{type: string, enum: [a, abc], minLength: 2}
{type: string, format: a-format-that-is-no-standard}
{type: integer, format: date-time}
{type: [string, 'null'], enum: [a, null]}
{enum: [a, 1, null, true]}
{const: 1}
{const: false}
{const: null}
{type: [string, integer], minLength: 2, minimum: 3}
{type: [string, 'null'], maxLength: 2}
{type: [number, 'null'], maximum: 2}
{type: [array, 'null'], items: {type: integer}, minItems: 1}
{type: [object, 'null'], properties: {a: {type: integer}}, additionalProperties: false}
{type: [object, string], properties: {a: {type: integer}}}
{type: array}
{type: array, items: {type: string, minLength: 2}, minItems: 1, maxItems: 2}
{type: array, items: {type: array, items: {type: integer, minimum: 1}, minItems: 1}}
{type: array, items: {enum: [0, 1]}}
{type: array, items: {anyOf: [{type: string, minLength: 2}, {type: integer, minimum: 3}]}}
{type: object}
{type: object, additionalProperties: {type: integer}}
{type: object, additionalProperties: {$ref: '#/components/schemas/Name'}}
{type: object, additionalProperties: {type: object, additionalProperties: {type: integer}}}
{type: object, additionalProperties: false}
{type: object, additionalProperties: true, properties: {a: {type: string}}}
{type: object, properties: {a-b: {type: string}}, additionalProperties: false}
{type: object, properties: {a: {type: integer}, A: {type: string}}, additionalProperties: false}
{type: object, required: [a], properties: {a: {type: 'null'}}}
{type: object, required: [a], properties: {a: {}}}
{type: object, properties: {a: {type: [array, 'null'], items: {type: integer}}}}
{type: object, properties: {a: {type: [object, 'null'], additionalProperties: {type: integer}}}}
{type: object, properties: {a: {type: object, title: Name, properties: {a: {type: integer}}}}}
{type: object, properties: {a: {allOf: [{$ref: '#/components/schemas/Name'}], description: A.}}}
{$ref: '#/components/schemas/Name'}
{$ref: '#/components/schemas/Any-Json'}
{type: object, properties: {a: {$ref: '#/components/schemas/Tree'}}, additionalProperties: false}
{allOf: [{$ref: '#/components/schemas/Name'}]}
{allOf: [{$ref: '#/components/schemas/Tree'}], type: object, required: [a]}
{allOf: [{$ref: '#/components/schemas/Open'}, {$ref: '#/components/schemas/Other'}]}
{allOf: [{$ref: '#/components/schemas/Open'}], type: object, required: [b], properties: {b: {}}}
{anyOf: [{$ref: '#/components/schemas/Open'}, {$ref: '#/components/schemas/Closed'}]}
{type: object, anyOf: [{$ref: '#/components/schemas/Open'}, {$ref: '#/components/schemas/Other'}]}
{oneOf: [{type: string}, {anyOf: [{type: integer}, {type: boolean}]}, {type: 'null'}]}
{oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}],
  discriminator: {propertyName: t}}
"""
REFUSED = """
false
{type: object, properties: {a: false}}
{type: object, properties: {'': {}}}
{minLength: 2}
{type: string, minimum: 3}
{format: uuid}
{type: string, format: uri-reference}
{properties: {a: {type: integer}}}
{type: object, additionalProperties: {type: string, minLength: 2}}
{type: object, properties: {a: {}}, additionalProperties: {type: integer}}
{type: integer, multipleOf: 2.5}
{type: number, enum: [0.5]}
{const: {a: 1}}
{type: string, enum: [1]}
{type: string, nullable: true}
{type: string, minLenght: 2}
{type: string, pattern: '(?=a)'}
{$ref: '#/components/schemas/Name', pattern: '^a'}
{$ref: '#/components/schemas/Open/properties/a'}
{type: object, required: [b]}
{type: object, patternProperties: {a: {}}}
{allOf: [{type: string, minLength: 2}, {type: string, maxLength: 3}]}
{allOf: [{$ref: '#/components/schemas/Closed'}, {$ref: '#/components/schemas/Other'}]}
{allOf: [{$ref: '#/components/schemas/Open'}, {$ref: '#/components/schemas/Closed'}]}
{type: object, properties: {a: {}}, allOf: [{$ref: '#/components/schemas/Open'}]}
{minLength: 3, anyOf: [{type: string}, {type: integer}]}
{oneOf: [{type: integer}, {type: number}]}
{oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Other'}],
  discriminator: {propertyName: t}}
{type: object, properties: {a: {type: string, format: date, default: '2026-01-01'}}}
{type: object, properties: {a: {type: integer, default: x}}}
"""
INNER: list[Any] = [None, True, 1, 1.5, "", "x", "xy", "wxyz", [], [1], ["x"], {}, {"a": 1}]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2, 3, 5, 10, 11, 2**31, 2**63, 10**30, 0.5, 1.5, -0.5),
    *("", "a", "ab", "abc", "abcd", "1", "true", "null", "A", "\u0663", "\U0001f331", "ba"),
    *([], [1], [1, 2], [0], ["a"], ["ab"], ["ab", "abc"], ["ab"] * 3, [None], [True], [[]], [[1]]),
    *([[0]], [[1, 1]], [{}], {}, {"": 1}, {"A": "x", "a": 1}, {"a-b": "x"}, {"a-b": 1}),
    *({"a": inner} for inner in [*INNER, {"a": "x"}, {"a": None}, {"a": {"a": {}}}]),
    *({"a": "x", "b": 1}, {"a": "x", "t": 1}, {"a": "x", "x": 1}, {"b": 1}, {"k": 1, "l": 2}),
    *({"t": "a"}, {"t": "b"}, {"t": "c"}, {"t": "a", "x": "s"}, {"t": "b", "y": "s"}, {"x": 1}),
]


def listed(text: str) -> list[str]:
    """Return schemas that are written one after the other."""
    return text.strip().replace("\n  ", " ").split("\n")


def contract(schemas: list[str]) -> str:
    """Return a contract with an operation for each schema."""
    shared = "".join(f"    {line}\n" for line in SHARED.strip().split("\n"))
    named = "".join(f"    S{number}: {schema}\n" for number, schema in enumerate(schemas))
    operations = "".join(
        f"  /s{number}: {{post: {{operationId: s{number}, responses: {{'204': {{description: D}}}},"
        f" requestBody: {{content: {{application/json: {{schema: {reference(number)}}}}}}}}}}}\n"
        for number in range(len(schemas))
    )
    return f"{HEAD}  schemas:\n{shared}{named}paths:\n{operations}"


def reference(number: int) -> str:
    """Return a reference to one of the schemas."""
    return f"{{$ref: '#/components/schemas/S{number}'}}"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Return the module that serves every schema that is enforced."""
    module = package(tmp_path_factory.mktemp("schemas"), contract(listed(ENFORCED)))
    return import_module(f"{module.__name__}.default")


@pytest.mark.parametrize("schema", listed(ENFORCED))
def test_a_schema_takes_what_json_schema_takes_and_nothing_else(
    generated: ModuleType, schema: str
) -> None:
    schemas = yaml.safe_load(SHARED) | {"S": yaml.safe_load(schema)}
    document = {"components": {"schemas": schemas}, "$ref": "#/components/schemas/S"}
    expected = Draft202012Validator(document)
    adapter = getattr(generated, f"S{listed(ENFORCED).index(schema)}").body.adapters[
        "application/json"
    ]
    for value in VALUES:
        assert (value, accepts(adapter, value)) == (value, expected.is_valid(value))


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"^\d$", "7", True),
        (r"^\d$", "\u0663", False),
        (r"^[\d-]$", "-", True),
        (r"^\D$", "\u0663", True),
        (r"^\w$", "\u00e9", False),
        (r"^[^\W_]$", "_", False),
        (r"\bb", "\u00e9b", True),
        (r"^.$", "\r", False),
        (r"^[.]$", "a", False),
        (r"^a\/\.$", "a/.", True),
        (r"^a$", "a\n", False),
    ],
)
def test_a_pattern_means_what_it_means_in_ecma_262(
    pattern: str, text: str, *, matches: bool
) -> None:
    validator = SchemaValidator(core_schema.str_schema(pattern=portable(pattern)))
    assert validator.isinstance_python(text) is matches


def accepts(adapter: Any, value: Any) -> bool:
    """Say whether a validator takes a JSON value."""
    try:
        adapter.validate_json(json.dumps(value))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("schema", listed(REFUSED))
def test_a_schema_that_would_not_be_enforced_is_refused(
    tmp_path_factory: pytest.TempPathFactory, schema: str
) -> None:
    with pytest.raises(
        ContractError, match=r"#/components/schemas/S0.*: .+\n.*nothing was written"
    ):
        render(tmp_path_factory.getbasetemp(), contract([schema]))
