"""From the contract's document to its operations."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from scripts.codegen.contract import Contract, below
from scripts.codegen.naming import identifier, outcome, pascal, snake
from scripts.codegen.parameters import ParameterReader
from scripts.codegen.schemas import Schemas
from scripts.codegen.specification import (
    AnswerSpec,
    BodySpec,
    HeaderSpec,
    OperationSpec,
    TagSpec,
    Unsupported,
)

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
_HEADER_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_STATUSES = {str(status.value) for status in HTTPStatus if status >= 200}
_EMPTY = {204, 205, 304}
_TAKEN = {"api", "app", "check", "gate", "models", "operations", "route", "router", "runtime"}
_TOKEN_SCHEMES = {("http", "bearer"), ("oauth2", ""), ("openIdConnect", "")}


class Reading:
    """Reads every operation of a contract, and lists what cannot be honoured on the way."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.document = contract.document
        self.schemas = Schemas(contract)
        self.unsupported = self.schemas.unsupported
        self.parameters = ParameterReader(contract, self.schemas)
        self.base = self._base_path()

    def tags(self) -> list[TagSpec]:
        """Return the tags that have operations, in the order of the contract."""
        declared = {
            tag["name"]: tag.get("description", "") for tag in self.document.get("tags", [])
        }
        tags: dict[str, TagSpec] = {}
        for tag, operation in self._operations():
            spec = tags.setdefault(tag, _tag(tag, declared.get(tag, "")))
            for other in tags.values():
                if other.module == spec.module and other is not spec:
                    self._reject("#/tags", f"{other.name} and {tag} would be one module")
            spec.operations.append(operation)
        if not tags:
            self._reject("#/paths", "there is no operation")
        self._refuse_outgoing(self.document, "#", "webhooks")
        if "jsonSchemaDialect" in self.document:
            self._reject("#/jsonSchemaDialect", "schemas of another dialect")
        order = [*declared, *tags]
        return sorted(tags.values(), key=lambda spec: order.index(spec.name))

    def _reject(self, pointer: str, reason: str) -> None:
        self.unsupported.append(Unsupported(pointer, reason))

    def _refuse_outgoing(self, holder: dict[str, Any], pointer: str, keyword: str) -> None:
        for name in holder.get(keyword, {}):
            self._reject(below(pointer, keyword, name), f"{keyword} are not sent")

    def _base_path(self) -> str:
        servers = self.document.get("servers") or [{"url": "/"}]
        try:
            paths = {urlsplit(server["url"]).path.strip("/") for server in servers}
        except ValueError as error:
            raise self.contract.error("#/servers", f"no URL: {error}") from None
        if len(paths) > 1 or "{" in "".join(paths):
            self._reject("#/servers", "servers of several base paths, or of a variable one")
        return f"/{unquote(min(paths))}".rstrip("/")

    def _operations(self) -> Iterator[tuple[str, OperationSpec]]:
        seen: dict[str, str] = {}
        for path, raw_item in self.document.get("paths", {}).items():
            item, pointer = self.contract.resolve(raw_item, below("#/paths", path), "pathItems")
            if "servers" in item:
                self._reject(below(pointer, "servers"), "servers of a single path")
            for method in (name for name in item if name in METHODS):
                place = below(pointer, method)
                operation = self._operation(path, method, item, place)
                for key in (
                    pascal(operation.id).upper(),
                    f"{method} {re.sub('{.*?}', '{}', path)}",
                ):
                    if key in seen:
                        raise self.contract.error(place, f"not to be told from {seen[key]}")
                    seen[key] = place
                yield next(iter(item[method].get("tags", [])), "default"), operation

    def _operation(
        self, path: str, method: str, item: dict[str, Any], pointer: str
    ) -> OperationSpec:
        raw = item[method]
        name = identifier(raw.get("operationId") or snake(f"{method}_{path}"))
        self._refuse_outgoing(raw, pointer, "callbacks")
        if "servers" in raw:
            self._reject(below(pointer, "servers"), "servers of a single operation")
        parameters = self.parameters.read(name, path, item, method, pointer)
        names = {p.name: p.argument for p in parameters if p.location == "path"}
        answers, refusals = self._responses(name, raw, pointer)
        return OperationSpec(
            id=name,
            method=method.upper(),
            path=self.base + self._route(path, names, pointer),
            summary=raw.get("summary", ""),
            description=raw.get("description", ""),
            security=self._security(raw, pointer),
            parameters=parameters,
            body=self._body(name, raw, pointer),
            answers=answers,
            refusals=refusals,
        )

    def _route(self, path: str, names: dict[str, str], pointer: str) -> str:
        segments = []
        for segment in path.split("/"):
            if segment.startswith("{") and segment.endswith("}") and segment.count("{") == 1:
                segments.append(f"{{{names[segment[1:-1]]}}}")
                continue
            if "{" in segment:
                self._reject(pointer, f"{segment} is only in part a parameter")
            segments.append(unquote(segment))
        return "/".join(segments)

    def _security(self, raw: dict[str, Any], pointer: str) -> tuple[frozenset[str], ...]:
        requirement = raw.get("security", self.document.get("security")) or []
        if not requirement or {} in requirement:
            self._reject(pointer, "no security: every operation takes a valid JWT")
        schemes = self.document.get("components", {}).get("securitySchemes", {})
        for name in dict.fromkeys(name for alternative in requirement for name in alternative):
            if name not in schemes:
                raise self.contract.error(pointer, f"the security scheme {name} is not declared")
            scheme, _ = self.contract.resolve(schemes[name], pointer, "securitySchemes")
            if (scheme["type"], scheme.get("scheme", "").lower()) not in _TOKEN_SCHEMES:
                self._reject(pointer, f"the security scheme {name} carries no JWT")
        return tuple(
            frozenset(scope for scopes in alternative.values() for scope in scopes)
            for alternative in requirement
        )

    def _body(self, name: str, raw: dict[str, Any], pointer: str) -> BodySpec | None:
        if "requestBody" not in raw:
            return None
        place = below(pointer, "requestBody")
        body, place = self.contract.resolve(raw["requestBody"], place, "requestBodies")
        schemas: dict[str, str] = {}
        if not body["content"]:
            self._reject(place, "a body of no media type")
        for media_type, content in body.get("content", {}).items():
            where = below(place, "content", media_type)
            if not _is_json(media_type):
                self._reject(where, f"bodies of {media_type} are not read")
                continue
            schema = content.get("schema", {})
            suggestion = f"{pascal(name)}Body"
            schemas[media_type.lower()] = self.schemas.name(
                schema, below(where, "schema"), suggestion
            )
        return BodySpec(body.get("required", False), schemas)

    def _responses(
        self, name: str, raw: dict[str, Any], pointer: str
    ) -> tuple[tuple[AnswerSpec, ...], tuple[int, ...]]:
        answers, refusals = [], set[int]()
        for status, response in raw.get("responses", {}).items():
            place = below(pointer, "responses", status)
            value, place = self.contract.resolve(response, place, "responses")
            if status == "default":
                refusals |= set(range(400, 600))
            elif status.upper() in {"4XX", "5XX"}:
                refusals |= set(range(int(status[0]) * 100, int(status[0]) * 100 + 100))
            elif status not in _STATUSES:
                self._reject(place, f"{status} is no status to answer with")
            elif int(status) >= 400:
                refusals.add(int(status))
            else:
                answers.append(self._answer(name, int(status), value, place))
        if not answers:
            self._reject(below(pointer, "responses"), "no response is declared for success")
            answers = [AnswerSpec(204, pascal(name), "", None, None, ())]
        return tuple(answers), tuple(sorted(refusals))

    def _answer(self, name: str, status: int, value: dict[str, Any], pointer: str) -> AnswerSpec:
        class_name = f"{pascal(name)}{outcome(status)}"
        media_types = list(value.get("content", {}))
        if media_types and status in _EMPTY:
            self._reject(below(pointer, "content"), f"a response of {status} has no content")
        for media_type in media_types[1:]:
            where = below(pointer, "content", media_type)
            self._reject(where, "a second media type of one response is not written")
        schema = None
        if media_types:
            where = below(pointer, "content", media_types[0])
            if not _is_json(media_types[0].partition(";")[0]):
                self._reject(where, f"{media_types[0]} is not written")
            content = value["content"][media_types[0]].get("schema", {})
            schema = self.schemas.name(content, below(where, "schema"), f"{class_name}Body")
        return AnswerSpec(
            status=status,
            class_name=class_name,
            description=value.get("description", ""),
            media_type=media_types[0] if media_types else None,
            schema=schema,
            headers=tuple(self._headers(value, pointer)),
        )

    def _headers(self, value: dict[str, Any], pointer: str) -> Iterator[HeaderSpec]:
        seen = {"body": "the body"}
        for name, raw in value.get("headers", {}).items():
            header, place = self.contract.resolve(raw, below(pointer, "headers", name), "headers")
            if name.lower() == "content-type":
                continue
            if snake(name) in seen:
                self._reject(place, f"{name} and {seen[snake(name)]} would be one attribute")
            seen[snake(name)] = name
            kinds = self.schemas.kinds(header.get("schema", {}), place)
            if len(kinds) != 1 or not kinds <= _HEADER_TYPES.keys():
                self._reject(place, "a header that is no single string, number or boolean")
                continue
            hint = _HEADER_TYPES[kinds.pop()]
            yield HeaderSpec(snake(name), name, hint, header.get("required", False))


def _is_json(media_type: str) -> bool:
    plain = media_type.strip().lower()
    return plain == "application/json" or (plain.endswith("+json") and "*" not in plain)


def _tag(name: str, description: str) -> TagSpec:
    module = snake(name).lower()
    return TagSpec(name, f"{module}_" if module in _TAKEN else module, pascal(name), description)
