"""Schemas: each is enforced exactly as JSON Schema means it."""

import json
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from pydantic_core import SchemaValidator, core_schema

from scripts.codegen.runtime.contents import Json
from scripts.codegen.runtime.patterns import portable
from tests.generated_api import HEAD, package

SHARED = """
Name: {type: string, minLength: 2, maxLength: 3}
Open: {type: object, required: [a], properties: {a: {type: string}}}
Closed: {type: object, additionalProperties: false, properties: {a: {type: integer}}}
Other: {type: object, properties: {t: {type: string}, x: {type: integer}}}
Tree: {type: object, properties: {a: {$ref: '#/components/schemas/Tree'}}}
Forest: {type: object, properties: {a: {type: array, items: {$ref: '#/components/schemas/Forest'}}}}
One: {type: object, required: [t], properties: {t: {const: a}, x: {type: integer}}}
Two: {type: object, required: [t], properties: {t: {type: string, enum: [b]}, y: {type: string}}}
Pair: {type: array, prefixItems: [{type: integer}, {type: integer}], minItems: 2, items: false}
Web:
  type: object
  properties:
    a: {allOf: [{$ref: '#/components/schemas/Web'}, {required: [b]}]}
    b: {allOf: [{$ref: '#/components/schemas/Web'}, {required: [a]}]}
    c: {allOf: [{$ref: '#/components/schemas/Web'}, {required: [c]}]}
Spiral:
  anyOf: [{type: object, properties: {a: {$ref: '#/components/schemas/Spiral'}}}, {type: 'null'}]
  properties: {a: {$ref: '#/components/schemas/Spiral'}, b: {type: integer}}
Nest: {type: array, items: {$ref: '#/components/schemas/Nest'}}
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
{$ref: '#/components/schemas/Forest'}
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
BEYOND_TYPES = """
false
{type: object, properties: {a: false}}
{type: object, properties: {a: false}, additionalProperties: false}
{type: object, properties: {'': {type: integer}}}
{minLength: 2}
{type: string, minimum: 3}
{format: uuid}
{type: string, format: uri-reference}
{type: string, format: duration}
{type: string, format: json-pointer, pattern: a}
{properties: {a: {type: integer}}}
{type: object, additionalProperties: {type: string, minLength: 2}}
{type: object, properties: {a: {}}, additionalProperties: {type: integer}}
{type: object, additionalProperties: {$ref: '#/components/schemas/Tree'}, properties: {b: {}}}
{type: number, multipleOf: 2.5, maximum: 1000}
{type: number, enum: [0.5, 1]}
{const: {a: 1}}
{enum: [[1], {a: x}, 2]}
{enum: []}
{type: string, enum: [1]}
{type: string, nullable: true}
{type: string, minLenght: 2}
{type: string, pattern: '^(?=a)'}
{type: string, pattern: '^(?!a)[a-c]+$'}
{$ref: '#/components/schemas/Name', pattern: '^a'}
{$ref: '#/components/schemas/Name', maxLength: 2, default: ab}
{$ref: '#/components/schemas/Open/properties/a'}
{type: object, required: [b]}
{type: object, patternProperties: {'^a': {type: integer}}}
{type: object, patternProperties: {'^a': {type: string}}, additionalProperties: false}
{type: object, properties: {b: {}}, patternProperties: {a: {type: string}}}
{type: object, propertyNames: {maxLength: 1, pattern: '^[a-k]'}}
{type: object, minProperties: 1, maxProperties: 1}
{type: object, dependentRequired: {a: [b]}}
{type: object, dependentSchemas: {t: {required: [x]}}}
{type: array, uniqueItems: true}
{type: array, uniqueItems: false}
{type: array, items: {type: 'null'}}
{type: array, items: {anyOf: [{type: 'null'}, {type: 'null'}]}}
{type: [object, 'null'], additionalProperties: false}
{type: object, properties: {'': true, a: {type: integer}}, additionalProperties: false}
{type: object,
  properties: {a: {allOf: [{$ref: '#/components/schemas/Spiral'}, {minProperties: 1}]}}}
{$ref: '#/components/schemas/Web'}
{$ref: '#/components/schemas/Spiral'}
{type: array, prefixItems: [{type: integer}], items: {type: string}}
{type: array, prefixItems: [{type: integer}], items: false}
{type: array, contains: {type: string}}
{type: array, contains: {const: 1}, minContains: 2, maxContains: 3}
{type: array, contains: {type: 'null'}, minContains: 0, maxContains: 0}
{type: array, prefixItems: [true], unevaluatedItems: {type: integer}}
{type: array, contains: {type: integer}, unevaluatedItems: false}
{not: {type: string}}
{type: integer, not: {enum: [1, 2]}}
{if: {type: string}, then: {minLength: 2}, else: {type: [integer, 'null']}}
{if: {required: [t]}, then: {required: [x]}}
{allOf: [{type: string, minLength: 2}, {type: string, maxLength: 3}]}
{allOf: [{$ref: '#/components/schemas/Closed'}, {$ref: '#/components/schemas/Other'}]}
{allOf: [{$ref: '#/components/schemas/Open'}, {$ref: '#/components/schemas/Closed'}]}
{allOf: [{$ref: '#/components/schemas/Open'}, {type: object, properties: {a: {maxLength: 1}}}]}
{allOf: [{$ref: '#/components/schemas/Open'}], unevaluatedProperties: false}
{type: object, properties: {a: {}}, allOf: [{$ref: '#/components/schemas/Open'}]}
{allOf: [{anyOf: [{type: string}, {type: integer}]}, {anyOf: [{type: integer}, {type: 'null'}]}]}
{allOf: [{required: [a]}, {required: [b]}]}
{allOf: [{type: [string, integer]}, {type: [integer, number]}]}
{allOf: [true, {type: number}, {minimum: 1}]}
{anyOf: [{$ref: '#/components/schemas/Open'}, {type: object, required: [t]}],
  unevaluatedProperties: false}
{minLength: 3, anyOf: [{type: string}, {type: integer}]}
{type: object, properties: {a: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}
{type: object, properties: {b: {}}, oneOf: [{required: [a]}, {required: [b]}]}
{oneOf: [{type: integer}, {type: number}]}
{oneOf: [{$ref: '#/components/schemas/Open'}, {$ref: '#/components/schemas/Other'}]}
{oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}]}
{oneOf: [{const: 1, title: ONE}, {const: 2, title: TWO}], type: integer, format: int32}
{oneOf: [{const: 1}, {const: 1}, {const: 2}]}
{type: string, enum: [a, ab], allOf: [{$ref: '#/components/schemas/Name'}]}
{oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Other'}],
  discriminator: {propertyName: t}}
{oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}, {type: 'null'}],
  discriminator: {propertyName: t, mapping: {a: One, b: Two}}}
{type: object, properties: {a: {type: string, format: date, default: '2026-01-01'}}}
{type: object, properties: {a: {type: integer, default: x}}}
{type: object, properties: {a: {type: array, items: {type: integer}, default: [1]}}}
{type: object, properties: {a: {$ref: '#/components/schemas/Tree', minProperties: 1}}}
{type: array, items: {$ref: '#/components/schemas/Pair'}}
{$ref: '#/components/schemas/Nest'}
"""
INNER: list[Any] = [None, True, 1, 1.5, "", "x", "xy", "wxyz", [], [1], ["x"], {}, {"a": 1}]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2, 3, 5, 10, 11, 2**31, 2**63, 10**30, 0.5, 1.5, -0.5),
    *("", "a", "ab", "abc", "abcd", "1", "true", "null", "A", "\u0663", "\U0001f331", "ba"),
    *([], [1], [1, 2], [0], ["a"], ["ab"], ["ab", "abc"], ["ab"] * 3, [None], [True], [[]], [[1]]),
    *(1.0, 2.0, 7.5, 1e300, [1, 1.0], [1, True], [1, "a"], [1, 1], [1, 2, 2], ["a", 1], [[1, 2]]),
    *("P1D", "/a", "#a", "//", "a b", "019d2f6e-7c00-7000-8000-3b5c8f0e7a11", [[], [[]]]),
    *([[0]], [[1, 1]], [{}], {}, {"": 1}, {"A": "x", "a": 1}, {"a-b": "x"}, {"a-b": 1}),
    *({"a": inner} for inner in [*INNER, {"a": "x"}, {"a": None}, {"a": {"a": {}}}]),
    *({"a": "x", "b": 1}, {"a": "x", "t": 1}, {"a": "x", "x": 1}, {"b": 1}, {"k": 1, "l": 2}),
    *({"t": "a"}, {"t": "b"}, {"t": "c"}, {"t": "a", "x": "s"}, {"t": "b", "y": "s"}, {"x": 1}),
]


def listed(text: str) -> list[str]:
    """Return schemas that are written one after the other."""
    return text.strip().replace("\n  ", " ").split("\n")


SCHEMAS = listed(ENFORCED) + listed(BEYOND_TYPES)
FORMATS = FormatChecker(())
NO_POINTERS = {value for value in map(str, VALUES) if not value.startswith("/")} - {""}
NO_REFERENCES = {"a b", "\u0663", "\U0001f331"}
FORMATS.checks("uuid")(lambda value: not isinstance(value, str) or value.startswith("019d2f6e-"))
FORMATS.checks("duration")(lambda value: not isinstance(value, str) or value == "P1D")
FORMATS.checks("json-pointer")(lambda value: value not in NO_POINTERS)
FORMATS.checks("uri-reference")(lambda value: value not in NO_REFERENCES)
FORMATS.checks("date")(lambda value: not isinstance(value, str))
FORMATS.checks("int32")(lambda value: not isinstance(value, int) or value < 2**31)


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
    """Return the module that serves every schema."""
    module = package(tmp_path_factory.mktemp("schemas"), contract(SCHEMAS))
    return import_module(f"{module.__name__}.default")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_takes_what_json_schema_takes_and_nothing_else(
    generated: ModuleType, schema: str
) -> None:
    schemas = yaml.safe_load(SHARED) | {"S": yaml.safe_load(schema)}
    document = {"components": {"schemas": schemas}, "$ref": "#/components/schemas/S"}
    expected = Draft202012Validator(document, format_checker=FORMATS)
    content = getattr(generated, f"S{SCHEMAS.index(schema)}").body.contents["application/json"]
    for value in VALUES:
        assert (value, accepts(content, value)) == (value, expected.is_valid(value))


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


def accepts(content: Json, value: Any) -> bool:
    """Say whether a JSON value is read."""
    try:
        content.parse(json.dumps(value).encode(), {})
    except ValueError:
        return False
    return True
