"""Parameters of the contract: their styles, their types and what cannot be honoured of them."""

import re
from typing import Any

from scripts.codegen.contract import Contract, below
from scripts.codegen.naming import pascal, snake
from scripts.codegen.schemas import Schemas
from scripts.codegen.specification import ParameterSpec, Unsupported

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_SEPARATORS = {"form": ",", "simple": ",", "pipeDelimited": "|", "spaceDelimited": " "}
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}
_ORDER = ("path", "query", "header", "cookie")


class ParameterReader:
    """Reads the parameters of operations."""

    def __init__(self, contract: Contract, schemas: Schemas) -> None:
        self.contract = contract
        self.schemas = schemas

    def read(
        self, operation: str, path: str, item: dict[str, Any], method: str, pointer: str
    ) -> tuple[ParameterSpec, ...]:
        """Return an operation's parameters, those of its path included."""
        declared: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}
        parent = pointer.rpartition("/")[0]
        for holder, place in ((item, parent), (item[method], pointer)):
            here: set[tuple[str, str]] = set()
            for number, raw in enumerate(holder.get("parameters", [])):
                at = below(place, "parameters", number)
                value, where = self.contract.resolve(raw, at, "parameters")
                if (key := (value["in"], value["name"])) in here:
                    raise self.contract.error(at, f"{value['name']} stands here twice")
                here.add(key)
                declared[key] = (value, where)
        self._check_path(path, {name for kind, name in declared if kind == "path"}, pointer)
        parameters = [
            self._parameter(operation, value, where)
            for (location, name), (value, where) in declared.items()
            if not (location == "header" and name.lower() in _IGNORED_HEADERS)
        ]
        self._check_names(parameters, pointer)
        return tuple(sorted(parameters, key=lambda p: _ORDER.index(p.location)))

    def _check_path(self, path: str, declared: set[str], pointer: str) -> None:
        for name in sorted(set(re.findall(r"{([^{}]*)}", path)) ^ declared):
            where = "in the path but not declared" if name not in declared else "not in the path"
            raise self.contract.error(pointer, f"the path parameter {name} is {where}")

    def _check_names(self, parameters: list[ParameterSpec], pointer: str) -> None:
        seen = {"self": "self", "scope": "the caller's scope", "body": "the request body"}
        for parameter in parameters:
            if parameter.argument in seen:
                other = seen[parameter.argument]
                reason = f"{parameter.name} and {other} would be one argument"
                self.schemas.unsupported.append(Unsupported(pointer, reason))
            seen[parameter.argument] = parameter.name

    def _parameter(self, operation: str, value: dict[str, Any], pointer: str) -> ParameterSpec:
        name, location = value["name"], value["in"]
        schema, place = value.get("schema", {}), below(pointer, "schema")
        kinds = self.schemas.kinds(schema, place)
        style = value.get("style", _STYLES[location])
        self._check_style(value, kinds, style, pointer)
        resolved, inner = self.contract.resolve(schema, place)
        explode = value.get("explode", style == "form")
        if array := "array" in kinds:
            kinds = self.schemas.kinds(resolved.get("items", {}), below(inner, "items"))
            self._check_array(resolved, kinds, pointer, exploded=explode and location == "cookie")
        return ParameterSpec(
            argument=snake(name),
            name=name,
            location=location,
            schema=self.schemas.name(schema, place, f"{pascal(operation)}{pascal(name)}"),
            kinds=tuple(sorted(kinds & {"boolean", "integer", "number", "null"})),
            required=value.get("required", False),
            default=_default(schema, resolved),
            array=array,
            separator=None if location == "query" and explode else _SEPARATORS.get(style),
        )

    def _check_style(
        self, value: dict[str, Any], kinds: set[str], style: str, pointer: str
    ) -> None:
        reasons = {
            "a parameter of a media type is not read": "content" in value,
            f"the style {style} is not read": style not in _SEPARATORS,
            "an object in a parameter is not read": "object" in kinds,
            "an array beside other types is not read": "array" in kinds and len(kinds) > 1,
            "allowReserved is not read": value.get("allowReserved", False),
            "allowEmptyValue is not read": value.get("allowEmptyValue", False),
        }
        self._reject(reasons, pointer)

    def _check_array(
        self, schema: dict[str, Any], items: set[str], pointer: str, *, exploded: bool
    ) -> None:
        reasons = {
            "an array of arrays or of objects is not read": {"array", "object"} & items,
            "an array that its schema does not name as its type is not read": "type" not in schema,
            "a cookie for each value of an array is not read": exploded,
        }
        self._reject(reasons, pointer)

    def _reject(self, reasons: dict[str, Any], pointer: str) -> None:
        for reason in (reason for reason, applies in reasons.items() if applies):
            self.schemas.unsupported.append(Unsupported(pointer, reason))


def _default(*schemas: Any) -> Any:
    """Return the first default; what stands beside a reference goes before what it leads to."""
    given = [
        schema["default"] for schema in schemas if isinstance(schema, dict) and "default" in schema
    ]
    return next(iter(given), None)
