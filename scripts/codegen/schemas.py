"""The book of schemas: every schema that an operation uses, under one name."""

from typing import Any

from scripts.codegen.contract import Contract, below
from scripts.codegen.enforcement import SCHEMAS, name_of, violations
from scripts.codegen.kinds import kinds
from scripts.codegen.naming import pascal
from scripts.codegen.normalization import normal
from scripts.codegen.specification import Unsupported


class Schemas:
    """Collects schemas by name and lists what cannot be enforced of them."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.unsupported: list[Unsupported] = []
        self.named: dict[str, Any] = {}
        self.inline: set[str] = set()
        components = contract.document.get("components", {}).get("schemas", {})
        for name, schema in components.items():
            self._inspect_name(name)
            self.named[name] = self._inspected(schema, below(SCHEMAS, name))

    def name(self, schema: Any, pointer: str, suggestion: str) -> str:
        """Return the name of a schema; one that has none of its own takes the suggestion."""
        inspected = self._inspected(schema, pointer)
        if isinstance(schema, dict) and (name := name_of(schema.get("$ref", ""))):
            return name
        name = suggestion
        while name in self.named and self.named[name] != inspected:
            name += "_"
        self.named[name] = inspected
        self.inline.add(name)
        return name

    def kinds(self, schema: Any, pointer: str) -> set[str]:
        """Return the JSON types that a value of this schema may have."""
        return kinds(self.contract, schema, pointer)

    def _inspect_name(self, name: str) -> None:
        alike = [other for other in self.named if pascal(other) == pascal(name)]
        reasons = {
            "a dot in the name of a schema": "." in name,
            f"{' and '.join(alike)} would be the same name in Python": bool(alike),
        }
        for reason in (reason for reason, applies in reasons.items() if applies):
            self.unsupported.append(Unsupported(below(SCHEMAS, name), reason))

    def _inspected(self, schema: Any, pointer: str) -> Any:
        self.unsupported.extend(violations(self.contract, schema, pointer))
        return normal(schema, self.contract.version)
