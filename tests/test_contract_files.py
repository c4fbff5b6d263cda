"""Contracts of several files: read as one document, whose errors name the file that is at fault."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts.codegen.contract import Contract, load
from scripts.codegen.document import MAX_BYTES, ContractError
from scripts.codegen.structure import check

MAIN = """\
openapi: 3.1.0
info: {title: Probe, version: '1'}
paths:
  /users: {$ref: paths/users.yaml}
components:
  schemas:
    User: {$ref: 'common.yaml#/components/schemas/User'}
    Id: {type: string}
"""
USERS = """\
get:
  operationId: listUsers
  parameters: [{$ref: '../common.yaml#/components/parameters/limit'}]
  responses:
    '200':
      description: Users.
      content:
        application/json:
          schema: {type: array, items: {$ref: '../openapi.yaml#/components/schemas/User'}}
"""
COMMON = """\
components:
  parameters:
    limit: {name: limit, in: query, schema: {$ref: '#/components/schemas/Count'}}
  schemas:
    Count: {type: integer}
    User:
      properties:
        id: {$ref: 'openapi.yaml#/components/schemas/Id'}
        friend: {$ref: '#/components/schemas/User'}
        example: {$ref: '#/components/schemas/Count'}
      example: {$ref: nowhere.yaml}
"""
SEVERAL = {"openapi.yaml": MAIN, "paths/users.yaml": USERS, "common.yaml": COMMON}


def read(folder: Path, files: dict[str, str], *, checked: bool = True) -> Contract:
    """Return the contract of these files; openapi.yaml is the one that refers to the others."""
    for name, text in files.items():
        path = folder / "api" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    contract = load(folder / "api" / "openapi.yaml")
    if checked:
        check(contract)
    return contract


def schemas(**parts: Any) -> str:
    """Return a contract of these schemas, as JSON, on a single line."""
    head = {"openapi": "3.1.0", "info": {"title": "Probe", "version": "1"}, "paths": {}}
    return json.dumps({**head, "components": {"schemas": parts}})


def test_each_file_is_embedded_once_and_its_references_are_internal(tmp_path: Path) -> None:
    document = read(tmp_path, SEVERAL).document
    assert list(document["x-files"]) == ["paths/users.yaml", "common.yaml"]
    assert document["paths"]["/users"] == {"$ref": "#/x-files/paths~1users.yaml"}
    assert document["components"]["schemas"]["User"] == {
        "$ref": "#/x-files/common.yaml/components/schemas/User"
    }
    get = document["x-files"]["paths/users.yaml"]["get"]
    assert get["parameters"] == [{"$ref": "#/x-files/common.yaml/components/parameters/limit"}]
    assert get["responses"]["200"]["content"]["application/json"]["schema"]["items"] == {
        "$ref": "#/components/schemas/User"
    }
    common = document["x-files"]["common.yaml"]["components"]
    assert common["schemas"]["User"] == {
        "properties": {
            "id": {"$ref": "#/components/schemas/Id"},
            "friend": {"$ref": "#/x-files/common.yaml/components/schemas/User"},
            "example": {"$ref": "#/x-files/common.yaml/components/schemas/Count"},
        },
        "example": {"$ref": "nowhere.yaml"},
    }


def test_references_between_files_are_resolved(tmp_path: Path) -> None:
    contract = read(tmp_path, SEVERAL)
    item, pointer = contract.resolve(contract.document["paths"]["/users"], "#", "pathItems")
    assert pointer == "#/x-files/paths~1users.yaml"
    limit, pointer = contract.resolve(item["get"]["parameters"][0], pointer, "parameters")
    assert limit["name"] == "limit"
    assert pointer == "#/x-files/common.yaml/components/parameters/limit"


def test_a_path_may_be_another_path(tmp_path: Path) -> None:
    again = MAIN.replace("paths:\n", "paths:\n  /all: {$ref: '#/paths/~1none'}\n  /none: {}\n")
    contract = read(tmp_path, {**SEVERAL, "openapi.yaml": again})
    item = contract.document["paths"]["/all"]
    assert contract.resolve(item, "#", "pathItems") == ({}, "#/paths/~1none")


def test_lines_and_errors_are_those_of_the_file(tmp_path: Path) -> None:
    contract = read(tmp_path, SEVERAL)
    pointer = "#/x-files/common.yaml/components/schemas/User/properties/friend"
    assert contract.line(pointer) == 9
    inner = "#/components/schemas/User/properties/friend"
    assert str(contract.error(pointer, "why")) == f"common.yaml:9: {inner}: why"
    users = contract.error("#/x-files/paths~1users.yaml/get/nothing", "why")
    assert str(users) == "paths/users.yaml:1: #/get/nothing: why"
    assert str(contract.error("#/x-files/paths~1users.yaml", "why")).startswith(
        "paths/users.yaml:1: #: why"
    )


def test_the_mapping_of_a_discriminator_may_name_files(tmp_path: Path) -> None:
    mapping = {"a": "pets/a.json#/A", "b": "b.yaml", "C": "C", "d": "#/components/schemas/C"}
    pet = {"discriminator": {"propertyName": "kind", "mapping": mapping}, "oneOf": [True]}
    files = {
        "openapi.yaml": schemas(Pet=pet, C={"type": "object"}),
        "pets/a.json": '{"A": {"discriminator": {"propertyName": "a", "mapping": {"x": "#/A"}}}}',
        "b.yaml": "type: object",
    }
    document = read(tmp_path, files).document
    assert document["components"]["schemas"]["Pet"]["discriminator"]["mapping"] == {
        "a": "#/x-files/pets~1a.json/A",
        "b": "#/x-files/b.yaml",
        "C": "C",
        "d": "#/components/schemas/C",
    }
    inner = document["x-files"]["pets/a.json"]["A"]["discriminator"]["mapping"]
    assert inner == {"x": "#/x-files/pets~1a.json/A"}


def test_a_file_may_stand_outside_the_folder_and_have_any_name(tmp_path: Path) -> None:
    files = {
        "openapi.yaml": schemas(A={"$ref": "../shared/a%20%25~b.json#/x~1y/0"}),
        "../shared/a %~b.json": json.dumps({"x/y": [{"title": "😀", "$ref": "#/z"}], "z": {}}),
    }
    contract = read(tmp_path, files)
    schema = contract.document["components"]["schemas"]["A"]
    assert contract.at(schema["$ref"], "#")["title"] == "😀"
    assert contract.resolve(schema, "#") == ({}, "#/x-files/..~1shared~1a %~0b.json/z")
    assert list(contract.document["x-files"]) == ["../shared/a %~b.json"]


def test_a_file_that_leads_back_to_the_contract_by_another_way_is_not_read_twice(
    tmp_path: Path,
) -> None:
    files = {
        "openapi.yaml": schemas(A={"$ref": "./x/../a.yaml"}, B={"$ref": "../api/a.yaml"}),
        "a.yaml": "{properties: {b: {$ref: ../api/openapi.yaml#/components/schemas/B}}}",
    }
    document = read(tmp_path, files).document
    assert document["x-files"] == {
        "a.yaml": {"properties": {"b": {"$ref": "#/components/schemas/B"}}}
    }


def test_an_extension_of_this_name_stays_if_there_are_no_files(tmp_path: Path) -> None:
    text = schemas(A={"$ref": "#/x-files/a/b"})[:-1] + ', "x-files": {"a": {"b": {}}}}'
    contract = read(tmp_path, {"openapi.yaml": text})
    assert str(contract.error("#/x-files/a/b", "why")) == "openapi.yaml:1: #/x-files/a/b: why"
    with pytest.raises(ContractError, match="#/x-files: the place of further files is taken"):
        read(tmp_path, {"openapi.yaml": text.replace("#/x-files/a/b", "a.yaml"), "a.yaml": "{}"})


HERE = "openapi.yaml:1: #/components/schemas/A: "
FAULTS: dict[str, tuple[str, str | None, str]] = {
    "a missing file": ("a.yaml", None, HERE + "a.yaml: No such file or directory"),
    "a folder": ("../api#/A", None, HERE + ".: not a file"),
    "a bad fragment": ("a.yaml#/B", "A: {}", HERE + "there is nothing at a.yaml#/B"),
    "an index of no item": ("a.yaml#/-1", "[{}]", HERE + "there is nothing at a.yaml#/-1"),
    "an anchor": ("a.yaml#A", "A: {}", HERE + "a.yaml#A: only JSON pointers are followed"),
    "no YAML": ("a.yaml", "A: {}\nB: [", HERE + "a.yaml:3: not YAML: did not find"),
    "an empty file": ("a.yaml", "", HERE + "a.yaml:1: there is nothing in this file"),
    "a key twice": ("a.yaml", "A: 1\nA: 1", HERE + "a.yaml:2: A stands here twice"),
    "no file name": ("a%00.yaml", None, HERE + "'a\\x00.yaml': embedded null byte"),
    "an absolute path": ("/a.yaml", None, HERE + "/a.yaml: files are referred to by relative"),
    "itself": ("a.yaml", "$ref: a.yaml", "the reference a.yaml# leads back to itself"),
}


@pytest.mark.parametrize(("target", "text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_reference_to_a_file_at_fault_names_its_place(
    tmp_path: Path, target: str, text: str | None, message: str
) -> None:
    files = {"openapi.yaml": schemas(A={"$ref": target})} | (
        {"a.yaml": text} if text is not None else {}
    )
    with pytest.raises(ContractError, match=re.escape(message)):
        read(tmp_path, files)


@pytest.mark.parametrize(
    "target", ["http://x.test/a.yaml", "https://x.test/a#/A", "file:///a.yaml", "urn:a:b", "//x/a"]
)
def test_remote_references_are_not_followed(tmp_path: Path, target: str) -> None:
    files = {"openapi.yaml": schemas(A={"$ref": "a.yaml"}), "a.yaml": f"not:\n  $ref: {target}"}
    message = "remote references are not followed: bundle the contract first"
    with pytest.raises(ContractError, match=f"^a.yaml:1: #/not: {re.escape(target)}: {message}$"):
        read(tmp_path, files)


@pytest.mark.parametrize(
    ("users", "place"),
    [
        ("get: text", "paths/users.yaml:1: #/get"),
        ("- get", "paths/users.yaml:1: #"),
        ("parameters:\n  - {name: a}", "paths/users.yaml:2: #/parameters/0"),
        (
            "parameters:\n- {name: a, in: query,\n schema: {type: text}}",
            "paths/users.yaml:3: #/parameters/0/schema/type",
        ),
        (
            "parameters:\n- $ref: ../common.yaml#/components/schemas/Count",
            "common.yaml:5: #/components/schemas/Count",
        ),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_what_is_in_a_file_is_validated_as_what_it_is_used_for(
    tmp_path: Path, users: str, place: str, version: str
) -> None:
    main = MAIN.replace("3.1.0", version)
    with pytest.raises(ContractError) as refused:
        read(tmp_path, {**SEVERAL, "openapi.yaml": main, "paths/users.yaml": users})
    assert str(refused.value).startswith(f"{place}: ")


def test_one_operation_id_in_two_files_is_refused(tmp_path: Path) -> None:
    twice = MAIN.replace("paths:\n", "paths:\n  /all: {$ref: paths/all.yaml}\n")
    with pytest.raises(ContractError) as refused:
        read(tmp_path, {**SEVERAL, "openapi.yaml": twice, "paths/all.yaml": USERS})
    assert str(refused.value) == (
        "paths/users.yaml:1: #/get: the operationId listUsers is taken by paths/all.yaml#/get"
    )


def test_the_bounds_hold_for_all_files_together(tmp_path: Path) -> None:
    half = "#" * (MAX_BYTES // 2) + "\n{}"
    files = {"a.yaml": half, "b.yaml": half}
    read(tmp_path, {"openapi.yaml": schemas(A={"$ref": "a.yaml"}), **files})
    main = schemas(A={"$ref": "a.yaml"}, B={"$ref": "b.yaml"})
    with pytest.raises(ContractError, match=r"b\.yaml: larger than 16 MiB together with"):
        read(tmp_path, {"openapi.yaml": main, **files})
    files = dict.fromkeys(files, "{enum: [" + "0," * 600_000 + "]}")
    with pytest.raises(ContractError, match=r"b\.yaml:1: it holds too many values"):
        read(tmp_path, {"openapi.yaml": main, **files})


def test_files_without_end_are_bounded(tmp_path: Path) -> None:
    files = {f"{n}.yaml": f"$ref: {n + 1}.yaml" for n in range(100)}
    main = schemas(A={"$ref": "0.yaml"})
    with pytest.raises(ContractError, match="more than 64 references, one behind the other"):
        read(tmp_path, {"openapi.yaml": main, **files, "100.yaml": "{}"})
