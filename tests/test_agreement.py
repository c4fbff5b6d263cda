"""scripts/fidelity: agrees with what is generated, and sees what is generated wrongly."""

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.agreement import __main__ as fidelity
from scripts.agreement.judge import Judge
from scripts.agreement.limits import explain
from scripts.agreement.request import Request
from scripts.agreement.serving import MAX_BYTES
from scripts.codegen.contract import Contract
from scripts.codegen.generation import Generated, generate
from tests.contract import OPERATIONS
from tests.generated_api import HEAD

PROJECT = Path(__file__).resolve().parents[1]
CONTRACT = (
    HEAD
    + """\
paths:
  /things:
    post:
      operationId: make_thing
      tags: [things]
      parameters:
        - {name: level, in: query, schema: {type: integer, minimum: 1, maximum: 9}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses: {'204': {description: Made.}}
  /things/{id}:
    get:
      operationId: get_thing
      tags: [things]
      parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
      responses: {'204': {description: There.}}
"""
).replace(
    "components:\n",
    """\
components:
  schemas:
    Thing:
      type: object
      additionalProperties: false
      required: [name]
      properties:
        name: {type: string, minLength: 2, maxLength: 5}
        born: {type: string, format: date}
""",
)


@dataclass
class Measured:
    """One contract, the command that measures it, and what the command prints."""

    contract: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: object) -> int:
        """Return the exit code."""
        self.monkeypatch.setattr(
            sys, "argv", ["fidelity", str(self.contract), *map(str, arguments)]
        )
        return fidelity.main()

    def output(self) -> str:
        """Return what was printed since the last time."""
        return self.capsys.readouterr().out

    def report(self) -> Any:
        """Return the only report that was printed as JSON."""
        [report] = json.loads(self.output())
        return report

    def change(self, old: bytes, new: bytes) -> None:
        """Have generated code say something that the contract does not."""

        def changed(contract: Contract) -> Generated:
            made = generate(contract)
            assert any(old in content for content in made.files.values())
            files = {name: content.replace(old, new) for name, content in made.files.items()}
            return replace(made, files=files)

        self.monkeypatch.setattr(fidelity, "generate", changed)


@pytest.fixture
def measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Measured:
    path = tmp_path / "contract.yaml"
    path.write_text(CONTRACT, "utf-8")
    return Measured(path, monkeypatch, capsys)


def test_our_contract_is_enforced_exactly(measured: Measured) -> None:
    measured.contract = PROJECT / "openapi.yaml"
    assert measured.run("--requests", 4, "--json") == 0
    report = measured.report()
    assert report["percentage"] == 100
    assert report["disagreements"] == []
    assert len(report["operations"]) == len(OPERATIONS)
    varied = {each.id for each in OPERATIONS if each.parameters or each.body}
    for row in report["operations"]:
        if row["operation"] in varied:
            assert row["valid"] >= 4, row
            assert row["invalid"] >= 4, row


@pytest.mark.parametrize(
    ("old", "new", "judged"),
    [
        (b"max_length=5", b"max_length=6", "is too long"),
        (b"min_length=2", b"min_length=1", "is too short"),
        (b"le=9", b"le=10", "query level"),
        (b'extra="forbid"', b'extra="ignore"', "Additional properties"),
    ],
)
def test_a_server_that_enforces_less_is_seen(
    measured: Measured, old: bytes, new: bytes, judged: str
) -> None:
    measured.change(old, new)
    assert measured.run("--operation", "make_thing", "--requests", 40) == 1
    output = measured.output()
    assert "curl --globoff --path-as-is -X " in output
    assert judged in output
    assert "server: valid: make_thing was reached" in output


def test_a_server_that_enforces_more_is_seen(measured: Measured) -> None:
    measured.change(b"max_length=5", b"max_length=4")
    assert measured.run("--operation", "make_thing", "--json") == 1
    report = measured.report()
    assert report["percentage"] < 100
    for each in report["disagreements"]:
        assert each["judge"] == "valid"
        assert each["server"].startswith("422 ")
        assert "/things" in each["curl"]


def test_a_named_limit_is_no_disagreement(measured: Measured) -> None:
    assert measured.run("--operation", "make_thing") == 0
    output = measured.output()
    assert "100.00 % of " in output
    assert "A query parameter that the contract does not know is refused." in output


@pytest.mark.parametrize(
    ("query", "body", "name"),
    [
        ("other=1", "{}", "unknown-query"),
        ("level=1.0", "{}", "integer-text"),
        ("", r'{"name": "a\u0000"}', "nul"),
        ("", r'{"name": "\ud800"}', "lone-surrogate"),
        ("", '{"size": 1e400}', "huge-number"),
        ("", '{"at": "2016-12-31T23:59:60Z"}', "leap-second"),
        ("", '{"born": "0000-01-01"}', "calendar"),
        ("", r'{"mail": "\"a b\"@c"}', "email-form"),
        ("", f'"{"a" * MAX_BYTES}"', "body-size"),
        ("level=2", '{"name": "1.0", "born": "2026-01-01", "mail": "a@b"}', None),
    ],
)
def test_a_limit_explains_only_its_own(query: str, body: str, name: str | None) -> None:
    judge = Judge(yaml.safe_load(CONTRACT))
    request = Request("POST", "/things", query, (), body.encode())
    limit = explain(judge, judge.operations[0], request)
    assert (limit.name if limit else None) == name


def test_what_schemathesis_cannot_make_is_said_and_still_measured(measured: Measured) -> None:
    impossible = CONTRACT.replace("minLength: 2, maxLength: 5", "pattern: '^a{9}$', maxLength: 5")
    measured.contract.write_text(impossible, "utf-8")
    assert measured.run("--operation", "make_thing", "--requests", 10, "--json") == 0
    [row] = measured.report()["operations"]
    assert "Unsatisfiable" in row["note"]
    assert row["invalid"] >= 10


def test_the_same_seed_makes_the_same_requests(measured: Measured) -> None:
    tables = []
    for _ in range(2):
        assert measured.run("--requests", 10, "--seed", 7, "--json") == 0
        report = measured.report()
        tables.append(report["operations"])
    assert tables[0] == tables[1]


def test_when_the_time_is_over_the_table_says_so(measured: Measured) -> None:
    assert measured.run("--time", 0.001) == 0
    assert "the time was over" in measured.output()


@pytest.mark.parametrize(
    ("text", "said"),
    [("openapi: 3.1.0\n", "contract.yaml"), (CONTRACT, "no such operation: nothing")],
)
def test_a_contract_at_fault_is_no_measurement(measured: Measured, text: str, said: str) -> None:
    measured.contract.write_text(text, "utf-8")
    assert measured.run("--operation", "nothing") == 2
    assert said in measured.capsys.readouterr().err


def test_wrong_usage_is_told_apart(measured: Measured) -> None:
    with pytest.raises(SystemExit, match="2"):
        measured.run("--seed", "x")
