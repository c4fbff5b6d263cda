"""Rules on the contract: who may ask, and what a request may say."""

import re
from collections.abc import Iterator
from typing import Any

from scripts.codegen.contract import Contract, below
from scripts.reviewing.operations import Operation, operations, resolved
from scripts.reviewing.project import CONTRACT, Project
from scripts.reviewing.rule import Fault, Rule, Severity

_OWNERS = {"ownerid", "userid", "owner", "user", "accountid", "tenantid", "createdby"}
_LIMITS = {"limit", "pagesize", "perpage", "first", "top", "max", "size", "count"}


def _place(contract: Contract, pointer: str, what: str) -> Fault:
    file = contract.shown(pointer).partition("#")[0]
    return Fault(file or CONTRACT, contract.line(pointer), what)


def _insecure(project: Project) -> Iterator[Fault]:
    for each in operations(project.contract):
        if not each.security:
            yield _place(each.contract, each.pointer, f"{each.function} asks for no security")
        elif {} in each.security:
            yield _place(
                each.contract, each.pointer, f"the security of {each.function} is optional"
            )


def _schemes(project: Project) -> Iterator[Fault]:
    contract = project.contract
    if contract is None:
        return
    schemes = (contract.document.get("components") or {}).get("securitySchemes") or {}
    for name, raw in schemes.items():
        pointer = below("#/components/securitySchemes", name)
        scheme, pointer = resolved(contract, raw, pointer)
        is_bearer = scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer"
        if scheme.get("type") in {"oauth2", "openIdConnect"} or (
            is_bearer and str(scheme.get("bearerFormat", "JWT")).upper() == "JWT"
        ):
            continue
        yield _place(contract, pointer, f"{name} is no bearer of a JWT")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _owners(project: Project) -> Iterator[Fault]:
    for each in operations(project.contract):
        for parameter, pointer in each.parameters():
            name, place = str(parameter.get("name", "")), parameter.get("in")
            if _plain(name).removeprefix("x") in _OWNERS and (place, name) != ("path", "user_id"):
                yield _place(each.contract, pointer, f"{name} in the {place} names an owner")
        for schema, pointer in each.bodies():
            for found, where in _schemas(each.contract, schema, pointer):
                for name in found.get("properties") or {}:
                    if _plain(name) in _OWNERS:
                        inner = below(where, "properties", name)
                        yield _place(each.contract, inner, f"{name} in a body names an owner")


def _schemas(
    contract: Contract, schema: dict[str, Any], pointer: str
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield a schema and those in it, each once, with references followed."""
    pending, seen = [(schema, pointer)], set[str]()
    while pending:
        found, where = pending.pop()
        if where in seen or not found:
            continue
        seen.add(where)
        yield found, where
        pending += [resolved(contract, inner, place) for inner, place in _inner(found, where)]


def _inner(schema: dict[str, Any], pointer: str) -> Iterator[tuple[Any, str]]:
    for name, inner in (schema.get("properties") or {}).items():
        yield inner, below(pointer, "properties", name)
    for word in ("allOf", "anyOf", "oneOf"):
        for at, inner in enumerate(schema.get(word) or []):
            yield inner, below(pointer, word, str(at))
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield schema[word], below(pointer, word)


def _refusals(project: Project) -> Iterator[Fault]:
    for each in operations(project.contract):
        for status, why in _wanted(each):
            if each.response(status) is None:
                what = f"{each.function} does not declare {status}, and {why}"
                yield _place(each.contract, below(each.pointer, "responses"), what)


def _wanted(operation: Operation) -> Iterator[tuple[int, str]]:
    """Yield the statuses that an operation may be refused with, and why."""
    if operation.security:
        yield 401, "it is secured"
    places = [(p.get("in"), str(p.get("name"))) for p, _ in operation.parameters()]
    scopes = any(scopes for each in operation.security for scopes in each.values())
    if scopes or ("path", "user_id") in places:
        yield 403, "it takes scopes or names a user"
    if any(where == "path" and name != "user_id" for where, name in places):
        yield 404, "it names one thing"
    if places or operation.raw.get("requestBody"):
        yield 422, "it has parameters or a body"


def _guessable(project: Project) -> Iterator[Fault]:
    for each in operations(project.contract):
        for parameter, pointer in each.parameters():
            schema, _ = resolved(each.contract, parameter.get("schema") or {}, pointer)
            name = _plain(str(parameter.get("name")))
            if parameter.get("in") == "path" and name.endswith("id") and _is_integer(schema):
                yield _place(each.contract, pointer, f"{parameter['name']} can be counted up")


def _is_integer(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type")
    return kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds)


def _open(project: Project) -> Iterator[Fault]:
    for each in operations(project.contract):
        for schema, pointer in each.bodies():
            for found, where in _schemas(each.contract, schema, pointer):
                if found.get("properties") and not _is_closed(found):
                    yield _place(each.contract, where, "this object takes properties of any name")


def _is_closed(schema: dict[str, Any]) -> bool:
    words = ("additionalProperties", "unevaluatedProperties")
    return any(schema.get(word) is not None and schema[word] is not True for word in words)


def _unlimited(project: Project) -> Iterator[Fault]:
    for each in operations(project.contract):
        if each.method != "get" or not _is_list(each):
            continue
        limits = (p for p, _ in each.parameters() if _plain(str(p.get("name"))) in _LIMITS)
        bounded = [
            p for p in limits if "maximum" in resolved(each.contract, p.get("schema"), "#")[0]
        ]
        if not bounded:
            yield _place(each.contract, each.pointer, f"{each.function} lists without a limit")


def _is_list(operation: Operation) -> bool:
    """Tell whether what is answered is a list of any length, or a page of one."""
    response = operation.response(200) or {}
    for content in (response.get("content") or {}).values():
        schema, pointer = resolved(operation.contract, (content or {}).get("schema") or {}, "#")
        inner = [schema, *(schema.get("properties") or {}).values()]
        every = (resolved(operation.contract, each, pointer)[0] for each in inner)
        if any(each.get("type") == "array" and _holds_objects(operation, each) for each in every):
            return True
    return False


def _holds_objects(operation: Operation, schema: dict[str, Any]) -> bool:
    items, _ = resolved(operation.contract, schema.get("items") or {}, "#")
    whole = schema.get("type") == "array" and "properties" in items
    return whole or items.get("type") == "object"


_HEAD = """\
# file: openapi.yaml
openapi: 3.1.0
info: {title: Notes, version: 1.0.0}
security: [{bearer: []}]
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer, bearerFormat: JWT}
paths:
"""
_ANSWERS = """\
      responses:
        '200': {description: It.}
        '401': {description: No token.}
        '404': {description: None.}
        '422': {description: Not valid.}
"""
_GET = f"{_HEAD}  /notes/{{note_id}}:\n    get:\n      operationId: get_note\n"
_ID = (
    "      parameters:\n        - {name: note_id, in: path, required: true, schema: {type: KIND}}\n"
)
_POST = f"{_HEAD}  /notes:\n    post:\n      operationId: add_note\n{_ANSWERS}"
_BODY = (
    "      requestBody:\n        content:\n          application/json:\n            schema:\n"
    "              type: object\n              additionalProperties: CLOSED\n"
    "              properties: {NAME: {type: string}}\n"
)
_LIST = f"{_HEAD}  /notes:\n    get:\n      operationId: list_notes\n"
_PAGE = (
    "      responses:\n        '200':\n          description: All.\n          content:\n"
    "            application/json:\n"
    "              schema: {type: array, items: {type: object, properties: {id: {type: string}}}}\n"
)
_LIMIT = (
    "      parameters:\n        - {name: limit, in: query, schema: {type: integer, maximum: 100}}\n"
)

RULES = (
    Rule(
        "FH501",
        "operation-without-security",
        "What asks for no token in the contract is documented, and may be generated, as open.",
        "Give it, or the contract, a security requirement without an empty alternative.",
        f"{_GET}      security: [{{bearer: []}}, {{}}]\n{_ANSWERS}",
        _GET + _ANSWERS,
        _insecure,
    ),
    Rule(
        "FH502",
        "scheme-without-token",
        "Only the JWT says who owns what is read and written.",
        "Declare {type: http, scheme: bearer, bearerFormat: JWT}; other schemes come on top of it.",
        (_GET + _ANSWERS).replace("scheme: bearer, bearerFormat: JWT", "scheme: basic"),
        _GET + _ANSWERS,
        _schemes,
        Severity.WARNING,
    ),
    Rule(
        "FH503",
        "owner-in-a-request",
        "The owner is the token's subject; a field for it invites to believe what a client sends.",
        "Remove the field; for the caller's own path use the path parameter user_id.",
        _POST + _BODY.replace("NAME", "owner_id").replace("CLOSED", "false"),
        _POST + _BODY.replace("NAME", "title").replace("CLOSED", "false"),
        _owners,
    ),
    Rule(
        "FH504",
        "refusal-undeclared",
        "A client that meets an answer the contract does not declare cannot tell what it means.",
        "Declare 401, and 403, 404 and 422 where they may come.",
        _GET + _ANSWERS.replace("        '401': {description: No token.}\n", ""),
        _GET + _ANSWERS,
        _refusals,
    ),
    Rule(
        "FH505",
        "guessable-id",
        "Ids that count up tell how many there are, and invite to try the next one.",
        "Use {type: string, format: uuid}.",
        _GET + _ID.replace("KIND", "integer") + _ANSWERS,
        _GET + _ID.replace("KIND", "string, format: uuid") + _ANSWERS,
        _guessable,
        Severity.WARNING,
    ),
    Rule(
        "FH506",
        "open-object",
        "A misspelt property that is ignored is a change that its sender believes was made.",
        "Say additionalProperties: false.",
        _POST + _BODY.replace("NAME", "title").replace("CLOSED", "true"),
        _POST + _BODY.replace("NAME", "title").replace("CLOSED", "false"),
        _open,
        Severity.WARNING,
    ),
    Rule(
        "FH507",
        "list-without-limit",
        "A list of any length costs as much as its owner has stored.",
        "Add a query parameter limit with a maximum, and a cursor.",
        _LIST + _PAGE,
        _LIST + _LIMIT + _PAGE,
        _unlimited,
        Severity.WARNING,
    ),
)
