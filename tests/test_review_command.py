"""The review as a command: what it prints, how it ends, and what it stands."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.reviewing.__main__ import main
from scripts.reviewing.project import Project, opened
from scripts.reviewing.review import RuleError, review
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.rules import RULES
from tests.reviewed import PROJECT, reviewed, write
from tests.running import environment

STUB = {"impl/todos.py": "async def list_todos(scope):\n    ...\n"}
REASON = "# review: allow FH113: it comes in May\n"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the review."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "scripts.reviewing", *map(str, arguments)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_this_project_is_clean() -> None:
    found = run("--json")
    assert found.returncode == 0, found.stdout
    document = json.loads(found.stdout)
    assert (document["findings"], document["missing"]) == ([], [])
    assert all(len(each["reason"]) > 20 for each in document["allowed"])


def test_a_finding_says_where_it_is_why_and_how_to_mend_it(tmp_path: Path) -> None:
    write(tmp_path, STUB)
    found = run(tmp_path)
    assert found.returncode == 1
    first, what, why, mend, *_ = found.stdout.splitlines()
    assert first == "impl/todos.py:1:1: blocking FH113 stub"
    assert what == "  list_todos does nothing yet"
    assert why.startswith("  why:  ")
    assert mend.startswith("  mend: ")
    assert "there is no openapi.yaml" in found.stdout
    assert found.stdout.splitlines()[-1].endswith("1 blocking, 0 warnings, 0 allowed")


def test_findings_are_one_document_of_json(tmp_path: Path) -> None:
    write(tmp_path, STUB)
    document = json.loads(run(tmp_path, "--format=json").stdout)
    assert document["blocking"] == 1
    found = document["findings"][0]
    place = {name: found[name] for name in ("rule", "path", "line", "column", "severity")}
    assert place == {
        "rule": "FH113",
        "path": "impl/todos.py",
        "line": 1,
        "column": 1,
        "severity": "blocking",
    }


def sarif(root: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(root, "--format=sarif").stdout)
    assert document["version"] == "2.1.0"
    assert "sarif-2.1.0" in document["$schema"]
    return document["runs"][0]  # type: ignore[no-any-return]  # JSON


def test_sarif_describes_every_rule(tmp_path: Path) -> None:
    write(tmp_path, STUB)
    described = sarif(tmp_path)["tool"]["driver"]["rules"]
    assert [each["id"] for each in described] == [rule.id for rule in RULES]
    for each in described:
        assert each["help"]["text"]
        assert each["shortDescription"]["text"]
        assert each["defaultConfiguration"]["level"] in {"error", "warning"}


def test_sarif_places_results_and_tells_which_are_suppressed(tmp_path: Path) -> None:
    write(tmp_path, {"impl/a b.py": "def f():\n    ...\n", "impl/c.py": REASON + "def f(): ...\n"})
    found, allowed = sarif(tmp_path)["results"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "impl/a%20b.py"
    assert place["region"] == {"startLine": 1, "startColumn": 1}
    assert RULES[found["ruleIndex"]].id == found["ruleId"] == "FH113"
    assert "suppressions" not in found
    assert allowed["suppressions"] == [{"kind": "inSource", "justification": "it comes in May"}]


@pytest.mark.parametrize(
    "text",
    [
        REASON + "async def list_todos(scope):\n    ...\n",
        "async def list_todos(scope):  " + REASON + "    ...\n",
        REASON + "# review: allow FH117: another one\nasync def list_todos(s):  # x\n    ...\n",
        "# review: allow FH101, FH113: both are known\nasync def list_todos(scope):\n    ...\n",
    ],
)
def test_a_comment_with_a_reason_allows_a_finding_of_its_line(tmp_path: Path, text: str) -> None:
    found = reviewed(tmp_path, {"impl/todos.py": text})
    assert [each.finding.rule.id for each in found.allowed] == ["FH113"]
    assert {each.rule.id for each in found.findings} <= {"FH905"}


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# review: allow FH113", {"FH113", "FH903"}),
        ("# review: allow FH113:   ", {"FH113", "FH903"}),
        ("# review: allow", {"FH113", "FH903"}),
        ("# review: ignore FH113: because", {"FH113", "FH903"}),
        ("# review: allow FH999: because", {"FH113", "FH904"}),
        ("# review: allow FH112: because", {"FH113", "FH905"}),
        ("# review: allow FH113: because\n", {"FH113", "FH905"}),
        ("'# review: allow FH113: because'", {"FH113"}),
    ],
)
def test_a_comment_that_allows_nothing_is_a_finding(
    tmp_path: Path, comment: str, rules: set[str]
) -> None:
    found = reviewed(tmp_path, {"impl/todos.py": f"{comment}\nasync def f(scope):\n    ...\n"})
    assert {each.rule.id for each in found.findings} == rules


def test_a_comment_in_yaml_allows_a_finding_of_the_contract(tmp_path: Path) -> None:
    contract = (
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /n:\n"
        "    # review: allow FH501, FH114: it is served elsewhere\n"
        "    get: {operationId: n, responses: {'200': {description: It.}}}\n"
    )
    found = reviewed(tmp_path, {"openapi.yaml": contract})
    assert [each.finding.rule.id for each in found.allowed] == ["FH114", "FH501"]
    assert found.findings == []


@pytest.mark.parametrize("name", ["FH201", "fh201", "statement-without-owner"])
def test_a_rule_is_explained_by_its_number_and_its_name(name: str) -> None:
    assert run("--explain", name).stdout.startswith("FH201 statement-without-owner (blocking)")


def test_every_rule_is_listed() -> None:
    assert len(run("--rules").stdout.splitlines()) == len(RULES)


@pytest.mark.parametrize("arguments", [["nowhere"], ["README.md"], ["--explain", "FH999"]])
def test_what_cannot_be_reviewed_ends_in_one_line(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1


def test_an_empty_folder_ends_in_one_line(tmp_path: Path) -> None:
    ended = run(tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("impl/todos.py", b"x = 1\ndef f(:\n", 2),
        ("impl/todos.py", b"x = 1\ny = '\xff'\n", 2),
        ("impl/todos.py", b"x = 1\0\n", 1),
        ("impl/todos.py", b"x = " + b"[" * 150 + b"1" + b"]" * 150, 1),
        ("impl/todos.py", b"x = " + b"-" * 20_000 + b"1", 1),
        ("impl/todos.py", b"x = " + b"a." * 3_000 + b"b", 1),
        ("impl/core/x.py", b"import (", 1),
        ("migrations/versions/1.py", b"\xff\xfe", 1),
        ("openapi.yaml", b"openapi: 3.1.0\npaths: [\n", 3),
        ("openapi.yaml", b"openapi: 3.1.0\na: \xff", 2),
        ("openapi.yaml", b"- 1\n", 1),
    ],
)
def test_what_cannot_be_parsed_is_a_finding_with_its_line(
    tmp_path: Path, path: str, content: bytes, line: int
) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(content)
    found = [each.fault for each in reviewed(tmp_path, {}).findings if each.rule.id == "FH901"]
    assert [(each.path, each.line) for each in found] == [(path, line)]


def test_odd_contracts_are_no_crash(tmp_path: Path) -> None:
    for text in (
        "openapi: 3.1.0\n",
        "paths: 3\n",
        "paths: {/n: {get: {responses: 1}}}\n",
        "paths: {/n: {get: {security: 1, parameters: {a: 1}, requestBody: 2}}}\n",
        "paths: {/n: {$ref: '#/nowhere'}}\ncomponents: []\n",
        "paths: {/n: {get: {parameters: [1], responses: {200: 1}, tags: [1]}}}\n",
        "paths: {/n: {get: {requestBody: {content: {a: {schema: {properties: 1}}}}}}}\n",
    ):  # fmt: skip - one after the other
        reviewed(tmp_path, {"openapi.yaml": text})


def test_what_calls_itself_again_and_again_comes_to_an_end(tmp_path: Path) -> None:
    calls = "\n".join("    again()" for _ in range(20))
    migration = f"from alembic import op\ndef upgrade():\n    again()\ndef again():\n{calls}\n"
    names = ", ".join(f"p{at}: {{$ref: '#/components/schemas/N'}}" for at in range(20))
    contract = (
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /n:\n    post:\n"
        "      requestBody: {content: {a/b: {schema: {$ref: '#/components/schemas/N'}}}}\n"
        "      responses: {'200': {description: It.}}\n"
        f"components: {{schemas: {{N: {{type: object, properties: {{{names}}}}}}}}}\n"
    )
    adding = "\n".join("    them = them + [table.c.id]" for _ in range(30))
    code = (
        f"from sqlmodel import select\ndef f(table):\n{adding}\n    return select(1).where(*them)"
    )
    files = {"migrations/1.py": migration, "openapi.yaml": contract, "impl/core/x.py": code}
    found = {each.rule.id for each in reviewed(tmp_path, files).findings}
    assert found == {"FH114", "FH201", "FH501", "FH504", "FH506"}


def test_links_are_not_followed_and_large_files_are_read_in_part(tmp_path: Path) -> None:
    write(tmp_path, {**STUB, "impl/big.py": "# a line\n" * 200_000})
    (tmp_path / "impl/loop").symlink_to(tmp_path)
    (tmp_path / "impl/linked.py").symlink_to(tmp_path / "impl/todos.py")
    (tmp_path / "impl/gone.py").symlink_to(tmp_path / "nothing")
    found = [(each.rule.id, each.fault.path) for each in reviewed(tmp_path, {}).findings]
    assert found == [("FH902", "impl/big.py"), ("FH113", "impl/todos.py")]


def test_what_git_ignores_is_not_read(tmp_path: Path) -> None:
    secret = {".env": 'TOKEN = "' + "b6d1f0c2a94e" * 3 + '"\n', ".gitignore": ".env\n"}
    write(tmp_path, {**STUB, **secret, "new.env": secret[".env"]})
    subprocess.run(["git", "init", "-q", tmp_path], check=True)  # noqa: S607 - whichever git there is
    found = {each.fault.path for each in reviewed(tmp_path, {}).findings if "6" in each.rule.id}
    assert found == {"new.env"}


def test_the_script_reviews_this_project() -> None:
    command = [str(PROJECT / "scripts/review"), "--format", "text"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert " 0 blocking, " in done.stdout.splitlines()[-1]


def test_a_rule_that_fails_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(project: Project) -> Iterator[Fault]:
        for module in project.implementation:
            yield at(module, module.tree.body[7], "there is no such place")

    write(tmp_path, STUB)
    monkeypatch.setattr(sys, "argv", ["scripts/review", str(tmp_path)])
    broken = Rule("FH999", "rule-that-fails", "", "", "", "", check)
    assert main([broken]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("FH999 rule-that-fails failed on impl/todos.py: IndexError")


def test_a_rule_that_fails_on_the_contract_names_it(tmp_path: Path) -> None:
    def check(project: Project) -> Iterator[Fault]:
        contract = project.contract
        yield Fault("openapi.yaml", 1, contract.document["nothing"])  # type: ignore[union-attr]  # or that fails

    text = "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\n"
    write(tmp_path, {"openapi.yaml": text})
    with pytest.raises(RuleError, match=r"failed on openapi\.yaml: KeyError"):
        review(opened(tmp_path), [Rule("FH999", "fails", "", "", "", "", check)])
