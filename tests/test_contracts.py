"""Contracts that cannot be read: each is refused with one line that says where and why."""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import pytest

from scripts.codegen.contract import load
from scripts.codegen.document import ContractError, read
from scripts.codegen.structure import check
from tests.generated_api import HEAD, render
from tests.running import environment

OPERATION = """
      operationId: %s
      responses: {'204': {description: Done.}}
"""


def operations(**paths: str) -> str:
    """Return a contract whose paths hold these mappings."""
    return f"{HEAD}paths:\n" + "".join(f"  {path}:\n{item}" for path, item in paths.items())


TO_CIRCLE = "{$ref: '#/components/pathItems/A'}"
CIRCLE = f"{{A: {TO_CIRCLE}}}"
A_SCHEME = "{$ref: '#/components/securitySchemes/token'}"
NEEDLESS = "    parameters: [{name: b, in: path, required: true, schema: {type: string}}]\n"


def read_checked(text: str) -> None:
    """Read and check a contract; raises ContractError."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "contract.yaml"
        path.write_text(text, "utf-8")
        check(load(path))


FAULTS = {
    "no YAML": ("openapi: [\n", "contract.yaml:2: not YAML"),
    "a tab for indentation": ("openapi: 3.1.0\n\tinfo: {}", "contract.yaml:2: not YAML"),
    "nothing": ("", "contract.yaml:1: there is nothing in this file"),
    "a list": ("- openapi", "contract.yaml:1: a contract is a mapping"),
    "a key twice": ("openapi: 3.1.0\nopenapi: 3.1.0", "contract.yaml:2: openapi stands here twice"),
    "a merge key": ("a: &a {b: 1}\nc: {<<: *a}", "contract.yaml:2: YAML 1.2 merges no mappings"),
    "an alias of itself": ("a: &a [*a]", "contract.yaml:1: an alias holds itself"),
    "not a number": ("a: .nan", "contract.yaml:1: not a JSON value"),
    "Swagger 2.0": ("swagger: '2.0'", "contract.yaml:1: #/swagger: Swagger 2.0: convert"),
    "OpenAPI 4": ("openapi: 4.0.0", "contract.yaml:1: #/openapi: this is not OpenAPI 3.0 or 3.1"),
    "no info": ("openapi: 3.1.0\npaths: {}", "contract.yaml:1: #: 'info' is a required property"),
    "a dangling reference": (
        f"{HEAD}paths:\n  /a: {{$ref: '#/components/pathItems/A'}}",
        "contract.yaml:8: #/paths/~1a: there is nothing at #/components/pathItems/A",
    ),
    "a reference to elsewhere": (
        f"{HEAD}paths:\n  /a: {{$ref: 'https://x.test/a.yaml'}}",
        "contract.yaml:8: #/paths/~1a: https://x.test/a.yaml: remote references are not",
    ),
    "references in a circle": (
        f"{HEAD}  pathItems: {CIRCLE}\npaths:\n  /a: {TO_CIRCLE}",
        "#/components/pathItems/A leads back to itself",
    ),
    "one operationId twice": (
        operations(
            **{
                "/a": "    get:" + OPERATION % "a",
                "/b": "    get:" + OPERATION % "a",
            }
        ),
        "#/paths/~1b/get: the operationId a is taken by #/paths/~1a/get",
    ),
    "an undeclared path parameter": (
        operations(**{"/a/{b}": "    get:" + OPERATION % "a"}),
        "contract.yaml:9: #/paths/~1a~1{b}/get: the path parameter b is in the path but not",
    ),
    "a path parameter of no path": (
        operations(**{"/a": NEEDLESS + "    get:" + OPERATION % "a"}),
        "#/paths/~1a/get: the path parameter b is not in the path",
    ),
    "a security scheme of no name": (
        operations(**{"/a": "    get:\n      security: [{key: []}]" + OPERATION % "a"}),
        "#/paths/~1a/get: the security scheme key is not declared",
    ),
    "a reference to another kind of thing": (
        operations(**{"/a": f"    parameters: [{A_SCHEME}]\n    get:" + OPERATION % "a"}),
        "#/paths/~1a/parameters/0: #/components/securitySchemes/token is not in #/components/para",
    ),
    "a URL that is none": (
        f"{HEAD}servers: [{{url: 'http://[::1/v1'}}]\npaths: {{}}",
        "contract.yaml:7: #/servers/0: no URL",
    ),
    "a schema made of itself": (
        f"{HEAD}  schemas: {{A: {{allOf: [{{$ref: '#/components/schemas/A'}}]}}}}\npaths: {{}}",
        "the schema is made of itself",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_contract_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ContractError) as refused:
        render(tmp_path, text)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_aliases_that_multiply_are_not_followed(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(ContractError, match="aliases multiply"):
        render(tmp_path, "\n".join(lines))


@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_documents_are_refused(tmp_path: Path, depth: int) -> None:
    with pytest.raises(ContractError, match="nested too deeply"):
        render(tmp_path, "a: " + "[" * depth + "]" * depth)


def test_more_values_than_any_contract_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"yaml:2: it holds too many values"):
        render(tmp_path, "a: [\n" + "0," * 1_000_001 + "]")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(50 * 2**20)
    with pytest.raises(ContractError, match=r"huge\.yaml: larger than 16 MiB"):
        read(huge)


def test_yaml_is_read_as_version_1_2_means_it(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_text("{on: no, day: 2026-01-01, code: 044925, hex: 0x1F, oct: 0o17, exp: 1e3}")
    assert read(path).values == {
        "on": "no",
        "day": "2026-01-01",
        "code": 44925,
        "hex": 31,
        "oct": 15,
        "exp": 1000.0,
    }


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_fault_is_named_whatever_stands_beside_it(version: str) -> None:
    text = operations(**{"/a": "    get:" + OPERATION % "a", "/b": "    get: text\n"})
    place = r"contract\.yaml:13: #/paths/~1b/get: 'text' is not of type 'object'"
    with pytest.raises(ContractError, match=place):
        read_checked(text.replace("3.1.0", version))
    text = f"{HEAD}  headers: {{a: {{schema: {{}}}}, b: text}}\npaths: {{}}"
    with pytest.raises(ContractError, match=r"contract\.yaml:7: #/components/headers/b: 'text' is"):
        read_checked(text.replace("3.1.0", version))


@pytest.mark.parametrize("keyword", ["$recursiveAnchor: true", "$recursiveRef: 5"])
def test_keywords_of_another_draft_are_no_fault_of_a_schema(keyword: str) -> None:
    read_checked(f"{HEAD}  schemas: {{A: {{properties: {{b: {{{keyword}}}}}}}}}\npaths: {{}}")


@pytest.mark.parametrize(
    "part",
    [
        "  responses: {schema: {description: A., x-a: {schema: 5}}}",
        "  schemas: {A: {properties: {schema: {type: object}, content: {}, $defs: {}}}}",
        "  schemas: {A: {default: {schema: 5}, x-schema: {schema: {type: 5}}}}",
        "  examples: {schema: {value: {schema: {type: 5}}}}",
        "  headers: {schema: {schema: {type: string}}, x-a: {schema: {}}}",
    ],
)
def test_what_is_only_called_a_schema_is_none(part: str) -> None:
    read_checked(f"{HEAD}{part}\npaths: {{}}")


@pytest.mark.parametrize(
    ("part", "pointer"),
    [
        ("headers: {x-a: {schema: {type: 5}}}", "headers/x-a/schema/type"),
        ("schemas: {A: {properties: {default: {type: 5}}}}", "schemas/A/properties/default/type"),
        (
            "parameters: {a: {name: a, in: query, content: {a/b: {schema: {not: 5}}}}}",
            "parameters/a/content/a~1b/schema/not",
        ),
        ("schemas: {A: {$ref: '#/x-a'}}\nx-a: {type: 5}", "../x-a/type"),
    ],
)
def test_schemas_are_validated_wherever_they_are(part: str, pointer: str) -> None:
    place = f"#/components/{pointer}".replace("components/../", "")
    with pytest.raises(ContractError, match=rf"^contract\.yaml:[0-9]+: {re.escape(place)}: 5 is"):
        read_checked(f"{HEAD}  {part}\npaths: {{}}")


def test_a_large_contract_is_read_and_checked_in_seconds() -> None:
    names = [f"p{number}" for number in range(20)]
    properties = {key: {"type": "string", "description": "x" * 60} for key in names}
    schema = {"type": "object", "properties": properties, "required": names}
    schemas = {f"S{number}": schema for number in range(1500)}
    before = process_time()
    read_checked(f"{HEAD}  schemas: {json.dumps(schemas)}\npaths: {{}}")
    assert process_time() - before < 6


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"openapi: [\n", "contract.yaml:2: not YAML"),
        (b"openapi: '\xff'", "contract.yaml:1: not UTF-8 text"),
        (None, "No such file or directory"),
    ],
)
def test_the_command_ends_with_code_2_and_writes_nothing(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    contract, out = tmp_path / "contract.yaml", tmp_path / "out"
    if content is not None:
        contract.write_bytes(content)
    refused = subprocess.run(
        [sys.executable, "-P", "-m", "scripts.codegen", f"--contract={contract}", f"--out={out}"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert message in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not out.exists()
