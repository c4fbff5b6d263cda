"""Schemas made up at random: generated code and JSON Schema say the same of every value."""

import json
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.generated_api import HEAD, package
from tests.test_schemas import VALUES, accepts

SCHEMAS = 40
NAMES = ["a", "b", "t", "x", "a-b", ""]
CONSTANTS = [1, 2, "a", "ab", None, True, 0, 1.5, "b", [1], {"a": 1}]
LEAVES: list[Any] = [
    *({"type": type_} for type_ in ("string", "integer", "number", "boolean", "null")),
    *({}, True, {"minLength": 2}, {"minimum": 2}, {"enum": ["a", "b", 1], "type": "string"}),
    {"type": ["string", "null"]},
    {"type": ["integer", "string"], "minimum": 1, "maxLength": 2},
    {"type": "string", "minLength": 1, "maxLength": 3},
    {"type": "string", "pattern": "^a"},
    {"type": "integer", "minimum": 0, "multipleOf": 2},
    {"type": "number", "exclusiveMaximum": 2},
]


class Maker:
    """Makes schemas up, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - nobody is kept out by it

    def document(self) -> dict[str, Any]:
        """Return schemas by name: `S0` and so on, and those that they refer to."""
        shared = {f"R{n}": self.random.choice([self.object, self.array])(1) for n in range(6)}
        return shared | {f"S{number}": self.schema() for number in range(SCHEMAS)}

    def schema(self, depth: int = 0) -> Any:
        """Return a schema, which is the simpler the deeper it is."""
        kinds = [self.leaf, self.object, self.object, self.array, self.choice]
        return self.random.choice(kinds if depth < 4 else [self.leaf])(depth)

    def leaf(self, _: int) -> Any:
        """Return a schema without others in it."""
        constants = self.random.sample(CONSTANTS, 3)
        reference = {"$ref": f"#/components/schemas/R{self.random.randrange(6)}"}
        fixed = [{"const": constants[0]}, {"enum": constants}]
        return self.random.choice([*LEAVES, *fixed, reference])

    def object(self, depth: int) -> Any:
        """Return a schema of objects."""
        names = self.random.sample(NAMES, 3)
        inner = [self.schema(depth + 1) for _ in names]
        return {"properties": dict(zip(names[1:], inner[1:], strict=True))} | self.some(
            (0.85, {"type": "object"}),
            (0.4, {"required": names[:2]}),
            (0.2, {"additionalProperties": inner[0]}),
            (0.3, {"additionalProperties": False}),
            (0.1, {"minProperties": 1}),
            (0.1, {"patternProperties": {"^a": inner[0]}}),
            (0.1, {"propertyNames": {"maxLength": 1}}),
            (0.1, {"unevaluatedProperties": False}),
        )

    def array(self, depth: int) -> Any:
        """Return a schema of arrays."""
        return {"type": "array"} | self.some(
            (0.8, {"items": self.schema(depth + 1)}),
            (0.3, {"minItems": 1}),
            (0.2, {"uniqueItems": True}),
            (0.2, {"prefixItems": [self.schema(depth + 1)]}),
        )

    def choice(self, depth: int) -> Any:
        """Return a schema put together from others."""
        parts = [self.schema(depth + 1) for _ in range(self.random.randint(1, 3))]
        beside = self.object(depth + 1)
        composed = {self.random.choice(["allOf", "anyOf", "oneOf"]): parts}
        return self.some((0.3, beside), (0.1, {"not": {"type": "null"}})) | composed

    def some(self, *parts: tuple[float, Any]) -> dict[str, Any]:
        """Return parts of a schema, each with its chance to be there."""
        kept = [part for chance, part in parts if self.random.random() < chance]
        return {name: item for part in kept for name, item in part.items()}


def contract(schemas: dict[str, Any]) -> str:
    """Return a contract with an operation for each schema."""
    components = "".join(f"    {name}: {json.dumps(item)}\n" for name, item in schemas.items())
    operations = "".join(
        f"  /s{n}: {{post: {{operationId: s{n}, responses: {{'204': {{description: D}}}},"
        f" requestBody: {{content: {{application/json: {{schema: "
        f"{{$ref: '#/components/schemas/S{n}'}}}}}}}}}}}}\n"
        for n in range(SCHEMAS)
    )
    return f"{HEAD}  schemas:\n{components}paths:\n{operations}"


@pytest.mark.parametrize("seed", range(5))
def test_generated_code_and_json_schema_agree_on_schemas_made_up(tmp_path: Path, seed: int) -> None:
    schemas = Maker(seed).document()
    module = import_module(f"{package(tmp_path, contract(schemas)).__name__}.default")
    for number in range(SCHEMAS):
        document = {"components": {"schemas": schemas}, "$ref": f"#/components/schemas/S{number}"}
        expected = Draft202012Validator(document)
        content = getattr(module, f"S{number}").body.contents["application/json"]
        for value in VALUES:
            assert (schemas[f"S{number}"], value, accepts(content, value)) == (
                schemas[f"S{number}"],
                value,
                expected.is_valid(value),
            )
