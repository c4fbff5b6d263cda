"""Made-up values fit their schemas, by the judgement of jsonschema, and are always the same."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from scripts.codegen.contract import load
from scripts.codegen.generation import Generated, generate
from scripts.codegen.structure import check
from scripts.mocking.samples import SampleError, Samples
from tests.generated_api import HEAD

FORMATS = (
    *("byte", "date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname"),
    *("ipv4", "ipv6", "iri", "iri-reference", "json-pointer", "regex", "relative-json-pointer"),
    *("time", "uri", "uri-reference", "uri-template", "uuid", "binary", "password", "unknown"),
)
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
PET = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"const": "cat"}, "lives": {**WHOLE, "maximum": 9}},
}
SCHEMAS: dict[str, Any] = {
    **{f"format_{name}": {**TEXT, "format": name} for name in FORMATS},
    **{
        f"several_{name}": {
            "type": "array",
            "items": {**TEXT, "format": name},
            "minItems": 3,
            "uniqueItems": True,
        }
        for name in FORMATS
    },
    "anything": {},
    "nothing_but_null": {"type": "null"},
    "truth": {"type": "boolean", "not": {"const": True}},
    "long": {**TEXT, "minLength": 300},
    "short": {**TEXT, "maxLength": 2},
    "empty": {**TEXT, "maxLength": 0},
    "pattern": {**TEXT, "pattern": r"^[A-Z]{3}-\d{4}$"},
    "pattern_inside": {**TEXT, "pattern": "b+c"},
    "long_pattern": {**TEXT, "pattern": "^[a-z]+-[0-9]+$", "minLength": 60, "maxLength": 70},
    "short_pattern": {**TEXT, "pattern": "^[a-z]*$", "minLength": 3, "maxLength": 4},
    "pattern_ahead": {**TEXT, "pattern": "^(?=.*[0-9])(?=.*[a-z])[a-z0-9]{4,8}$"},
    "pattern_of_letters": {**TEXT, "pattern": "^[\\u00e4-\\u00fc]+$"},
    "pattern_and_format": {**TEXT, "format": "uri", "pattern": "^https://"},
    "long_format": {**TEXT, "format": "email", "minLength": 40},
    "at_least": {**WHOLE, "minimum": 17},
    "at_most": {**WHOLE, "maximum": -17},
    "negative": {"type": "number", "exclusiveMaximum": 0},
    "fraction": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
    "between": {**WHOLE, "exclusiveMinimum": 4, "exclusiveMaximum": 6},
    "beyond": {"type": "number", "minimum": 1, "exclusiveMinimum": 3},
    "multiple": {**WHOLE, "multipleOf": 7, "minimum": 50, "maximum": 60},
    "cents": {"type": "number", "multipleOf": 0.01, "exclusiveMinimum": 0.05},
    "both_multiples": {"allOf": [{**WHOLE, "multipleOf": 4}, {"multipleOf": 6}], "minimum": 13},
    "int32": {**WHOLE, "format": "int32"},
    "enum": {"enum": ["red", 1, None]},
    "const": {"const": {"a": [1]}},
    "enum_with_bounds": {"enum": [1, 20, 300], "minimum": 30},
    "all_of": {"allOf": [PET, {"required": ["name"], "properties": {"name": TEXT}}]},
    "any_of": {"anyOf": [{**WHOLE, "enum": []}, {**TEXT, "maxLength": 3}]},
    "one_of": {"oneOf": [{"type": "number"}, {**WHOLE}, TEXT]},
    "one_of_objects": {
        "oneOf": [
            {"type": "object", "properties": {"a": WHOLE}},
            {"type": "object", "properties": {"b": TEXT}, "required": ["b"]},
        ]
    },
    "any_and_one_of": {"anyOf": [PET], "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "nullable": {"type": ["string", "null"], "minLength": 4},
    "not_enum": {**TEXT, "not": {"enum": ["sample", "1sample"]}},
    "conditional": {
        "type": "object",
        "properties": {"kind": {"enum": ["a", "b"]}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"required": ["size"], "properties": {"size": WHOLE}},
    },
    "no_additional": {
        "type": "object",
        "properties": {"a": TEXT, "b": WHOLE},
        "required": ["b"],
        "additionalProperties": False,
    },
    "map": {
        "type": "object",
        "additionalProperties": {**WHOLE, "minimum": 5},
        "minProperties": 3,
    },
    "undeclared": {"type": "object", "required": ["a"], "additionalProperties": TEXT},
    "few": {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "maxProperties": 1},
    "names": {
        "type": "object",
        "propertyNames": {"pattern": "^x_[a-z]+$"},
        "minProperties": 2,
        "additionalProperties": WHOLE,
    },
    "patterned": {
        "type": "object",
        "patternProperties": {"^n[0-9]+$": WHOLE},
        "additionalProperties": False,
        "minProperties": 2,
        "required": ["n1"],
    },
    "array": {"type": "array", "items": TEXT, "minItems": 3, "maxItems": 4},
    "unique": {"type": "array", "items": WHOLE, "minItems": 25, "uniqueItems": True},
    "unique_objects": {"type": "array", "items": PET, "minItems": 4, "uniqueItems": True},
    "unique_patterns": {
        "type": "array",
        "items": {**TEXT, "pattern": "^[A-F]{3}$"},
        "minItems": 5,
        "uniqueItems": True,
    },
    "unique_truths": {
        "type": "array",
        "items": {"type": "boolean"},
        "minItems": 2,
        "uniqueItems": True,
    },
    "prefix": {"type": "array", "prefixItems": [WHOLE, TEXT], "items": False, "minItems": 2},
    "long_prefix": {"type": "array", "prefixItems": [WHOLE], "items": TEXT, "minItems": 3},
    "contains": {
        "type": "array",
        "items": WHOLE,
        "contains": {"minimum": 50},
        "minContains": 2,
        "uniqueItems": True,
    },
    "contains_behind": {"type": "array", "prefixItems": [TEXT, TEXT], "contains": WHOLE},
    "empty_only": {"type": "array", "items": False},
    "unevaluated": {"allOf": [PET], "unevaluatedProperties": False},
    "tree": {
        "type": "object",
        "required": ["left", "right"],
        "properties": {
            side: {"anyOf": [{"$ref": "#/components/schemas/tree"}, {"type": "null"}]}
            for side in ("left", "right")
        },
    },
    "list": {
        "type": "object",
        "required": ["children"],
        "properties": {
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/list"}}
        },
    },
    **{
        f"web{number}": {
            "type": "object",
            "properties": {
                f"to{other}": {"$ref": f"#/components/schemas/web{other}"} for other in range(12)
            },
        }
        for number in range(12)
    },
    "with_example": {**TEXT, "minLength": 3, "example": "Ada"},
    "with_examples": {**TEXT, "maxLength": 3, "examples": ["too long", "Bob"]},
    "refers": {"$ref": "#/components/schemas/with_example"},
    "account": {
        "type": "object",
        "required": ["id", "password"],
        "properties": {
            "id": {**WHOLE, "readOnly": True},
            "password": {**TEXT, "writeOnly": True},
        },
    },
    "impossible": {**WHOLE, "minimum": 3, "maximum": 2},
    "impossible_pattern": {**TEXT, "pattern": "^a{5}$", "maxLength": 4},
    "impossible_items": {
        "type": "array",
        "items": {"type": "boolean"},
        "minItems": 3,
        "uniqueItems": True,
    },
    "endless": {
        "type": "object",
        "required": ["next", "other"],
        "properties": {
            "next": {"$ref": "#/components/schemas/endless"},
            "other": {"$ref": "#/components/schemas/endless"},
        },
    },
}
IMPOSSIBLE = [name for name in SCHEMAS if name.startswith(("impossible", "endless"))]
POSSIBLE = [name for name in SCHEMAS if name not in {*IMPOSSIBLE, "account"}]
PATHS = """paths:
  /accounts:
    post:
      operationId: enrol
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/account'}}}}
      responses:
        '200':
          description: Done.
          content: {application/json: {schema: {$ref: '#/components/schemas/account'}}}
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """Return what the contract of all the schemas generates."""
    path = tmp_path_factory.mktemp("samples") / "contract.yaml"
    document = yaml.safe_load(HEAD + PATHS)
    document["components"]["schemas"] = SCHEMAS
    path.write_text(yaml.safe_dump(document))
    contract = load(path)
    check(contract)
    return generate(contract)


@pytest.fixture(scope="module")
def samples(generated: Generated) -> Samples:
    """Return the samples of all the schemas."""
    return Samples(generated.schemas)


def named(generated: Generated, name: str) -> str:
    """Return the name that a schema of the table goes by."""
    plain = name.replace("_", "").replace("-", "").lower()
    return next(each for each in generated.schemas if each.lower() == plain)


def judge(name: str) -> Draft202012Validator:
    """Return a validator of a schema of the table."""
    document = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    return Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("name", POSSIBLE)
def test_a_sample_fits_its_schema(generated: Generated, samples: Samples, name: str) -> None:
    value = samples.value(named(generated, name))
    assert not list(judge(name).iter_errors(value)), value


@pytest.mark.parametrize("name", POSSIBLE)
def test_a_sample_is_the_same_on_every_call(
    generated: Generated, samples: Samples, name: str
) -> None:
    value = samples.value(named(generated, name))
    assert samples.value(named(generated, name)) == value
    assert Samples(generated.schemas).value(named(generated, name)) == value


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_schema_that_nothing_fits_has_no_sample(
    generated: Generated, samples: Samples, name: str
) -> None:
    with pytest.raises(SampleError, match=f"no value of {named(generated, name)}"):
        samples.value(named(generated, name))


def test_a_sample_holds_what_is_optional(generated: Generated, samples: Samples) -> None:
    assert samples.value(named(generated, "no_additional")).keys() == {"a", "b"}
    assert samples.value(named(generated, "array"))


def test_an_example_comes_first_if_it_fits(generated: Generated, samples: Samples) -> None:
    assert samples.value(named(generated, "with_example")) == "Ada"
    assert samples.value(named(generated, "with_examples")) == "Bob"
    assert samples.value(named(generated, "refers")) == "Ada"


def test_a_sample_of_a_response_lacks_what_is_written_only(samples: Samples) -> None:
    assert samples.value("Account").keys() == {"id"}
    assert samples.value("AccountInput").keys() == {"password"}


def test_a_web_of_schemas_does_not_grow_beyond_measure(
    generated: Generated, samples: Samples
) -> None:
    assert len(str(samples.value(named(generated, "web0")))) < 50_000
