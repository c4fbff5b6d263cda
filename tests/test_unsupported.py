"""What generated code cannot honour is listed, all of it, and nothing is generated."""

import re
import subprocess
from pathlib import Path

import pytest

from scripts.codegen.document import ContractError
from tests.generated_api import HEAD, render

PROJECT = Path(__file__).resolve().parents[1]
CONTRACT = f"""{HEAD}
  schemas:
    Moving: {{type: object, properties: {{next: {{$dynamicRef: '#next'}}}}}}
    Located: {{$id: 'https://schemas.test/located', type: string}}
    Broken: {{type: string, pattern: '(a'}}
    Foreign: {{$schema: 'http://json-schema.org/draft-04/schema#', type: string}}
paths:
  /files/{{name}}:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    get:
      operationId: read
      parameters:
        - {{name: xml, in: query, content: {{application/xml: {{schema: {{type: string}}}}}}}}
      responses:
        '200':
          description: It.
          content:
            application/json: {{schema: {{type: string}}}}
            application/xml: {{schema: {{type: object}}}}
    put:
      operationId: write
      requestBody: {{content: {{application/xml: {{schema: {{type: object}}}}}}}}
      callbacks:
        done:
          '{{$request.body#/url}}':
            post:
              requestBody: {{content: {{image/png: {{}}}}}}
              responses: {{'204': {{description: Done.}}}}
      responses: {{'404': {{description: Not found.}}}}
"""
CONTENT = "{description: D, content: {application/json: {}}}"
DONE = "responses: {'204': {description: Done.}}"
PLACES = (
    ("#/paths/~1files~1{name}/get/parameters/0/content", "a parameter of application/xml"),
    ("#/paths/~1files~1{name}/get/responses/200/content/application~1xml", "not written"),
    ("#/paths/~1files~1{name}/put/requestBody/content/application~1xml", "not read"),
    ("#/paths/~1files~1{name}/put/callbacks/done/{$request.body#~1url}", "only JSON is sent"),
    ("#/paths/~1files~1{name}/put/responses", "success"),
    ("#/components/schemas/Moving/properties/next/$dynamicRef", "who refers"),
    ("#/components/schemas/Located/$id", "an address of their own"),
    ("#/components/schemas/Broken/pattern", "no pattern"),
    ("#/components/schemas/Foreign/$schema", "another dialect"),
)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the lines by which the contract of this module is refused."""
    folder = tmp_path_factory.mktemp("unsupported")
    with pytest.raises(ContractError) as refused:
        render(folder, CONTRACT)
    return str(refused.value).splitlines()


@pytest.mark.parametrize(("pointer", "reason"), PLACES, ids=[place for place, _ in PLACES])
def test_each_place_is_listed_with_line_pointer_and_reason(
    listed: list[str], pointer: str, reason: str
) -> None:
    found = [line.split(": ", 2) for line in listed if f": {pointer}: " in line]
    found += [line.split(": ", 2) for line in listed if f": {pointer}/" in line]
    assert any(reason in line[2] for line in found)
    for place, *_ in found:
        file, _, number = place.partition(":")
        assert file == "contract.yaml"
        assert 1 <= int(number) <= len(CONTRACT.splitlines())


def test_the_last_line_counts_them(listed: list[str]) -> None:
    assert listed[-1].endswith("cannot be honoured; nothing was written")
    assert int(listed[-1].split()[1]) == len(listed) - 1 == len(PLACES)


def test_they_come_in_the_order_of_the_contract(listed: list[str]) -> None:
    lines = [int(line.split(":")[1]) for line in listed[:-1]]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("method", "operation", "reason"),
    [
        ("get", "responses: {'100': {description: D}}", "100 is no status"),
        ("get", "responses: {'299': {description: D}}", "299 is no status"),
        ("get", f"responses: {{'204': {CONTENT}}}", "a response of 204 has no content"),
        ("get", f"responses: {{'304': {CONTENT}}}", "a response of 304 has no content"),
        ("post", f"requestBody: {{content: {{}}}}, {DONE}", "a body of no media type"),
        (
            "post",
            f"requestBody: {{content: {{application/zip: {{schema: {{type: object}}}}}}}}, {DONE}",
            "bodies of application/zip are not read",
        ),
        (
            "get",
            "responses: {'200': {description: D, content: {multipart/form-data: {}}}}",
            "responses of multipart/form-data are not written",
        ),
    ],
)
def test_an_operation_that_cannot_be_served_is_refused(
    tmp_path: Path, method: str, operation: str, reason: str
) -> None:
    with pytest.raises(ContractError, match=re.escape(reason)):
        render(tmp_path, f"{HEAD}paths:\n  /a: {{{method}: {{{operation}}}}}\n")


def test_a_contract_of_no_operation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="#/paths: there is no operation"):
        render(tmp_path, f"{HEAD}paths: {{}}\n")


def test_what_is_allowed_to_be_left_out_is_listed_beside_the_code(tmp_path: Path) -> None:
    contract, out = tmp_path / "contract.yaml", tmp_path / "out"
    contract.write_text(CONTRACT)
    command = [f"{PROJECT}/scripts/generate", f"--contract={contract}", f"--out={out}"]
    for _ in range(2):  # the second time it replaces what the first has written
        done = subprocess.run(
            [*command, "--allow-unsupported"], capture_output=True, text=True, check=True
        )
    assert len((out / "unsupported.txt").read_text().splitlines()) == len(PLACES)
    assert "note: contract.yaml:" in done.stderr
    assert "application/json" in (out / "default.py").read_text()
    assert '"application/xml":' not in (out / "default.py").read_text()
