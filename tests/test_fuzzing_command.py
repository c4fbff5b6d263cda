"""The command scripts/fuzz: its options, its exit codes and its reports."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import create_engine, text

from scripts.fuzzing.ledger import Ledger
from scripts.fuzzing.report import Report, as_json, as_junit, lines
from scripts.fuzzing.rows import DatabaseError, Rows
from tests.applications import served
from tests.boxes import CONTRACT, Boxes
from tests.running import environment


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "scripts.fuzzing", *map(str, arguments)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "boxes.yaml"
    path.write_text(CONTRACT)
    return path


def refused(*arguments: object) -> str:
    """Return the only line about why a command could not run."""
    found = run(*arguments)
    assert (found.returncode, found.stdout) == (2, "")
    *usage, line = found.stderr.splitlines()
    assert not any("Traceback" in each for each in usage)
    return line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url=http://127.0.0.1"], "--contract"),
        (["--contract=x.yaml"], "--url"),
        (["--contract=x.yaml", "--url=ftp://x", "--user=a", "--user=b"], "http"),
        (["--contract=x.yaml", "--url=http://x", "--user=a", "--user=a"], "different users"),
        (["--contract=x.yaml", "--url=http://x", "--user=a"], "two --user"),
        (["--probes=0"], "--probes"),
        (["--only=all"], "--only"),
        (["--project=/nowhere"], "openapi.yaml"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments: list[str], said: str) -> None:
    assert said in refused(*arguments)


def test_a_server_that_is_not_there_is_told(contract: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    line = refused(f"--contract={contract}", f"--url={url}", "--user=a=one", "--user=b=two")
    assert url in line
    assert "no answer" in line


def test_credentials_that_are_refused_are_told_and_not_shown(contract: Path) -> None:
    with served(Boxes().app) as port:
        url = f"http://127.0.0.1:{port}"
        users = ["--user=alice-token-1", "--user=hunter2hunter2"]
        line = refused(f"--contract={contract}", f"--url={url}", *users)
    assert line == "--user: the credentials of bob are refused: 401"


def test_a_broken_contract_is_told(tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text("openapi: 3.1.0\npaths: [")
    line = refused(f"--contract={path}", "--url=http://x", "--user=a", "--user=b")
    assert line.startswith("contract.yaml:")


def test_a_database_that_cannot_be_read_is_told() -> None:
    with pytest.raises(DatabaseError, match="--database"):
        Rows("postgresql://ada:hunter2@127.0.0.1:1/todos")
    with pytest.raises(DatabaseError, match="--database"):
        Rows("todos")


def test_rows_are_those_of_one_owner(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rows.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE todo (id INTEGER, owner_id INTEGER, title TEXT)"))
        connection.execute(text("CREATE TABLE color (name TEXT)"))
        connection.execute(text("INSERT INTO todo VALUES (1, 7, 'A'), (2, 8, 'B'), (3, 7, 'C')"))
    rows = Rows(url)
    assert rows.tables == ["todo"]
    assert rows.of(7) == {"todo": frozenset({"(1, 7, 'A')", "(3, 7, 'C')"})}
    assert rows.of("8") == {"todo": frozenset({"(2, 8, 'B')"})}
    assert rows.of(None) == {"todo": frozenset()}
    engine.dispose()
    rows.close()


def ledger() -> Ledger:
    found = Ledger()
    found.coverage["get_todo", "items"] = 3
    found.references["add_todo", "body list_id"] = 2
    for number in (1, 2):
        found.find("items", "get_todo", f"status is 200, row {number}", ["curl \x00 'x'"])
    found.not_probed["delete_todo"] = "its owner gets 500"
    found.skipped["export"] = "slow"
    return found


def test_equal_findings_are_one_with_a_count() -> None:
    [finding] = ledger().findings.values()
    assert finding.count == 2


def test_the_report_in_json_has_everything() -> None:
    document = json.loads(as_json(Report(ledger(), 7, 1.25, ["get_todo", "add_todo"])))
    assert document["version"] == 1
    assert (document["seed"], document["probes"], document["seconds"]) == (7, 3, 1.2)
    [finding] = document["findings"]
    assert finding.keys() == {"kind", "operation", "detail", "requests", "count"}
    operations = document["coverage"]["operations"]
    assert operations == {"get_todo": {"items": 3}, "add_todo": {}}
    assert document["not_probed"] == [{"what": "delete_todo", "why": "its owner gets 500"}]


def test_the_report_in_junit_has_a_case_for_each_operation_and_kind() -> None:
    suite = fromstring(as_junit(Report(ledger(), 7, 1.25, ["get_todo"])))  # noqa: S314 - our own
    cases = {(each.get("classname"), each.get("name")): each for each in suite}
    assert cases.keys() == {
        ("get_todo", "items"),
        ("delete_todo", "probed"),
        ("export", "probed"),
    }
    assert cases["get_todo", "items"].find("failure") is not None
    assert cases["export", "probed"].find("skipped") is not None
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")


def test_the_report_for_people_ends_in_the_figures() -> None:
    told = list(lines(Report(ledger(), 7, 1.25, ["get_todo"])))
    assert told[-1] == "1 finding, 1 not probed, 3 probes in 1.2 s, seed 7"
    assert any("(2 times)" in line for line in told)


def test_the_exit_code_says_whether_all_is_well() -> None:
    clean = Ledger()
    clean.skipped["export"] = "slow"
    assert clean.exit_code == 0
    clean.not_probed["get_todo"] = "its owner gets 404"
    assert clean.exit_code == 1
    assert ledger().exit_code == 1
