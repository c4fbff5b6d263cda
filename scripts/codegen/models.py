"""Pydantic models, by datamodel-code-generator on the parser of fastapi-code-generator."""

import json
import warnings
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, cast

from datamodel_code_generator import LiteralType
from datamodel_code_generator.format import PythonVersion
from datamodel_code_generator.imports import IMPORT_ANNOTATED, Import
from datamodel_code_generator.model import pydantic_v2
from datamodel_code_generator.model.base import ALL_MODEL
from datamodel_code_generator.model.type_alias import TypeStatement
from datamodel_code_generator.types import DataType, Types
from fastapi_code_generator.parser import OpenAPIParser

from scripts.codegen.naming import ANNOTATIONS

FORMATS = {
    Types.uuid: "Uuid",
    Types.uuid1: "Uuid",
    Types.uuid3: "Uuid",
    Types.uuid4: "Uuid",
    Types.uuid5: "Uuid",
    Types.date_time: "DateTime",
    Types.date: "Date",
    Types.time: "Time",
    Types.int32: "Int32",
    Types.int64: "Int64",
    Types.number: "Number",
    Types.float: "Number",
    Types.double: "Number",
    Types.uri: "Uri",
    Types.email: "Email",
    Types.hostname: "Hostname",
    Types.byte: "Base64",
    Types.ipv4: "Ipv4",
    Types.ipv6: "Ipv6",
    Types.any: "Anything",
    Types.binary: "File",
}
TAKEN = ANNOTATIONS | set(FORMATS.values())
"""Names of types: no property and no schema may go by one in Python."""

_SPELLED = {"Uuid", "DateTime", "Date", "Time"}
_TEXT_RULES = ("pattern", "min_length", "max_length")
_TEXT = (
    Types.password,
    Types.path,
    Types.timedelta,
    Types.date_time_local,
    Types.time_local,
    Types.decimal,
    Types.ulid,
    Types.ipv4_network,
    Types.ipv6_network,
    Types.uuid2,
)


def _format(name: str) -> Import:
    module = "files" if name == "File" else "formats"
    return Import(from_=f".runtime.{module}", import_=name)


class _DataType(DataType):
    """A type as it is annotated. To Python `1 == True`; to JSON they are two."""

    python_version: PythonVersion = PythonVersion.PY_313
    use_standard_collections: bool = True
    use_union_operator: bool = True

    @property
    def is_ambiguous(self) -> bool:
        return any(value in (0, 1) for value in self.literals)

    @property
    def is_ahead(self) -> bool:
        """Say whether it is a class further down, which the parser puts in quotes."""
        return (self.alias or "").startswith('"')

    @property
    def type_hint(self) -> str:
        hint = super().type_hint
        if self.alias and self.is_ahead:
            return hint.replace(self.alias, self.alias.strip('"'), 1)
        return f"Annotated[{hint}, Exactly]" if self.is_ambiguous else hint

    @property
    def imports(self) -> Iterator[Import]:
        yield from super().imports
        if self.is_ambiguous:
            yield from (_format("Exactly"), IMPORT_ANNOTATED)


class _DataTypes(pydantic_v2.DataTypeManager):
    """Formats are read by the types of the runtime, which are stricter than Pydantic's own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.data_type = _DataType

    def type_map_factory(
        self, data_type: type[DataType], *args: Any, **options: Any
    ) -> dict[Types, DataType]:
        data_type = _DataType
        types = super().type_map_factory(data_type, *args, **options)
        types |= {kind: data_type.from_import(_format(name)) for kind, name in FORMATS.items()}
        types[Types.object] = data_type(data_types=[types[Types.any]], is_dict=True)
        types[Types.array] = data_type(data_types=[types[Types.any]], is_list=True)
        return types | {kind: data_type(type="str") for kind in _TEXT}


class _Field(pydantic_v2.DataModelField):
    """A property that may be left out is MISSING then: null is a value (RFC 7396)."""

    @property
    def may_be_missing(self) -> bool:
        in_model = not isinstance(self.parent, TypeStatement)
        return in_model and not self.required and not self.has_default

    @property
    def fall_back_to_nullable(self) -> bool:
        return False

    @property
    def type_hint(self) -> str:
        hint = super().type_hint
        if spelling := self.spelling:
            plain = self.data_type.type or ""
            hint = hint.replace(plain, f"Annotated[{plain}, {spelling}]", 1)
        if self.may_be_missing:
            hint = f"{hint} | MISSING"
        # The whole is quoted: what is in quotes has no operators.
        return repr(hint) if any(part.is_ahead for part in self._parts) else hint

    @property
    def _parts(self) -> Iterator[_DataType]:
        return cast("Iterator[_DataType]", self.data_type.all_data_types)

    @property
    def represented_default(self) -> str:
        return "MISSING" if self.may_be_missing else super().represented_default

    @property
    def spelling(self) -> str:
        """Rules on the text of a value that Python does not hold as text."""
        if self.data_type.type not in _SPELLED or self.constraints is None:
            return ""
        rules = ((rule, getattr(self.constraints, rule, None)) for rule in _TEXT_RULES)
        given = [f"{rule}={value!r}" for rule, value in rules if value is not None]
        return f"Spelling({', '.join(given)})" if given else ""

    def _process_data_in_str(self, data: dict[str, Any]) -> None:
        super()._process_data_in_str(data)
        if self.spelling:
            for rule in _TEXT_RULES:
                data.pop(rule, None)

    @property
    def imports(self) -> tuple[Import, ...]:
        needed = list(super().imports)
        if self.may_be_missing:
            needed.append(Import(from_="pydantic", import_="MISSING"))
        if self.spelling:
            needed.extend([_format("Spelling"), IMPORT_ANNOTATED])
        return tuple(needed)


class Models:
    """The models of all schemas: their text, and how annotations name them."""

    def __init__(self, schemas: dict[str, Any], inline: set[str]) -> None:
        self.inline = inline
        parser = OpenAPIParser(
            json.dumps(_document(schemas)),
            aliases={name: f"{name}_" for name in TAKEN},
            base_class=".runtime.model.Model",
            data_model_field_type=_Field,
            data_model_root_type=TypeStatement,
            data_type_manager_type=_DataTypes,
            extra_template_data=defaultdict(dict, {ALL_MODEL: {"use_single_line_docstring": True}}),
            enum_field_as_literal=LiteralType.All,
            strict_nullable=True,
            target_python_version=PythonVersion.PY_313,
            use_annotated=True,
            use_schema_description=True,
            use_standard_collections=True,
        )
        parser.use_field_description = True
        with warnings.catch_warnings():
            # An unknown format is an annotation only (JSON Schema 2020-12, Validation §7.2.3).
            warnings.filterwarnings("ignore", message="format of .* not understood")
            text = parser.parse(disable_future_imports=True, format_=False)
        # Without models there is no module, but a mapping of none.
        self.text = text if isinstance(text, str) else ""
        self._parser = parser
        self._by_name = {model.class_name: model for model in parser.results}

    def class_name(self, schema: str) -> str:
        """Return the name in Python of a schema."""
        escaped = schema.replace("~", "~0").replace("/", "~1")
        return str(self._parser.model_resolver.get(f"#/components/schemas/{escaped}").name)

    def hint(self, schema: str) -> str:
        """Return the annotation of a schema's values.

        Where the contract gives no name to a plain type, the type says more than an alias.
        """
        name = self.class_name(schema)
        model = self._by_name[name]
        if schema in self.inline and isinstance(model, TypeStatement):
            field = model.fields[0]
            if not any(data_type.reference for data_type in field.data_type.all_data_types):
                return field.type_hint
        return name

    @property
    def names(self) -> set[str]:
        """Every name that the module of models defines."""
        return set(self._by_name)


def _document(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Models", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }
