"""APIs of other teams: correct without leaks, and each seeded leak is one."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fuzzed import fuzzed
from tests.outsiders.clinic.leaks import LEAKS as CLINIC
from tests.outsiders.leak import Leak
from tests.outsiders.notes.leaks import LEAKS as NOTES
from tests.outsiders.serving import Outsider, serving
from tests.outsiders.shop.leaks import LEAKS as SHOP
from tests.running import environment

TABLE = {"shop": SHOP, "notes": NOTES, "clinic": CLINIC}
SEEDED = [
    pytest.param(name, leak, id=f"{name}-{leak.name}")
    for name, leaks in TABLE.items()
    for leak in leaks
]
TIME = 240
"""How many seconds two users may take to try everything once."""
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance")
SCHEMAS = ("response_headers_conformance", "response_schema_conformance")


@pytest.fixture(params=TABLE)
def correct(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outsider]:
    """Run each outsider without leaks."""
    with serving(request.param, tmp_path) as outsider:
        yield outsider


def leaks(outsider: Outsider, leak: Leak) -> bool:
    with outsider.client("alice") as alice, outsider.client("bob") as bob:
        return leak.proof(alice, bob)


def test_without_leaks_nothing_leaks(correct: Outsider) -> None:
    assert [leak.name for leak in TABLE[correct.name] if leaks(correct, leak)] == []


def test_without_leaks_every_answer_is_what_the_contract_says(
    correct: Outsider, tmp_path: Path
) -> None:
    (tmp_path / "schemathesis.toml").write_text('[parameters]\n"path.user_id" = "usr_bob"\n')
    command = [
        *(sys.executable, "-P", "-m", "schemathesis.cli"),
        *("run", str(correct.contract), f"--url={correct.url}{correct.base}"),
        *(f"--header={correct.credentials['bob']}", "--max-examples=10", "--seed=1"),
        f"--checks={','.join(CHECKS + SCHEMAS)}",
    ]
    conforms = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert conforms.returncode == 0, conforms.stdout


@pytest.mark.parametrize(("name", "leak"), SEEDED)
def test_a_seeded_leak_leaks(name: str, leak: Leak, tmp_path: Path) -> None:
    with serving(name, tmp_path, [leak.name]) as outsider:
        assert leaks(outsider, leak)


def fuzz(outsider: Outsider, *options: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code of scripts/fuzz, having tried everything once, and its report."""
    code, report, said = fuzzed(
        *(f"--contract={outsider.contract}", f"--url={outsider.url}{outsider.base}"),
        *(f"--user={user}" for user in outsider.users),
        *("--only=two-users", f"--time={TIME}", "--probes=1", *options),
    )
    assert report, said
    return code, report


def test_without_leaks_nothing_is_found(correct: Outsider) -> None:
    code, report = fuzz(correct)
    assert (code, report["findings"], report["not_probed"]) == (0, [], [])


@pytest.mark.parametrize(("name", "leak"), SEEDED)
def test_every_seeded_leak_is_found(name: str, leak: Leak, tmp_path: Path) -> None:
    with serving(name, tmp_path, [leak.name]) as outsider:
        code, report = fuzz(outsider, "--first", "--seed=1")
    assert code == 1
    assert report["findings"], leak.operations
