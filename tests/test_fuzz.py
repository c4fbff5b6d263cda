"""Trying of this project by scripts/fuzz: with two users, and by its contract."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from tests.contract import OPERATIONS
from tests.running import environment

SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(2**32))
IDS = {each.id for each in OPERATIONS}


def fuzz(folder: Path, *arguments: str) -> Any:
    """Return the report of a run that finds nothing and leaves nothing out."""
    command = [sys.executable, "-P", "-m", "scripts.fuzzing", f"--seed={SEED}", *arguments]
    report, cases = folder / "report.json", folder / "report.xml"
    fuzzed = subprocess.run(
        [*command, f"--json={report}", f"--junit={cases}"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert fuzzed.returncode == 0, fuzzed.stdout + fuzzed.stderr
    assert parse(cases).getroot().get("failures") == "0"  # noqa: S314 - we wrote it
    return json.loads(report.read_text())


@pytest.mark.parametrize("policies", ["on", "off"])
def test_no_user_reaches_what_another_one_owns(tmp_path: Path, policies: str) -> None:
    """Neither by the statements alone nor with the policies behind them."""
    report = fuzz(tmp_path, "--only=two-users", "--probes=1", f"--row-level-security={policies}")
    made = report["coverage"]["operations"]
    assert made.keys() == IDS
    tried = [each for each in OPERATIONS if not each.skipped]
    assert all(made[each.id]["access"] for each in tried)
    assert all(made[each.id]["items"] for each in tried if each.names("path"))
    assert {each["operation"]: each["why"] for each in report["skipped"]} == {
        each.id: each.skipped for each in OPERATIONS if each.skipped
    }


def test_every_answer_is_what_the_contract_says(tmp_path: Path) -> None:
    """No check of Schemathesis fails, in any phase, and the server's log holds no error."""
    report = fuzz(tmp_path, "--only=contract")
    made = report["coverage"]["operations"]
    assert all(counts["contract"] for counts in made.values())
