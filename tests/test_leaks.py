"""Seeded leaks: what would let one user reach another's rows is found, before it is served."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fuzzed import fuzzed
from tests.leaks import CACHE, LEAKS
from tests.leaks.leak import Leak, copied
from tests.running import PROJECT, environment

SEED = 1
ROWS = "rows of the other user"


def _reviewed(project: Path) -> list[dict[str, Any]]:
    """Return what the review would let nobody land."""
    command = [sys.executable, "-P", "-m", "scripts.reviewing", str(project), "--format=json"]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    found = json.loads(done.stdout)["findings"]
    return [each for each in found if each["severity"] == "blocking"]


def _fuzzed(project: Path, *options: str) -> list[dict[str, Any]]:
    """Return what the fuzz finds; a database whose policies do not bite is not served from."""
    both = (f"--project={project}", "--only=two-users", f"--seed={SEED}")
    code, report, said = fuzzed(*both, *options)
    if code == 2 and "run scripts/migrate" in said:
        return []
    assert code in {0, 1}, said
    found: list[dict[str, Any]] = report["findings"]
    return found


def _rows(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the findings about rows that another user was shown, or that one changed."""
    return [each for each in found if each["kind"] == "leak" or ROWS in each["detail"]]


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_leak_is_found_and_policies_keep_rows_apart_all_the_same(
    tmp_path: Path, leak: Leak
) -> None:
    """What is seen from outside need not be seen by the review as well."""
    leak.apply(copied(tmp_path))
    bare = _fuzzed(tmp_path, "--row-level-security=off", "--first")

    assert bool(bare) == leak.fuzzed
    assert bare or _reviewed(tmp_path)
    assert not _rows(_fuzzed(tmp_path, "--probes=1"))


def test_rows_kept_above_the_database_are_found_by_the_review_and_by_the_fuzz(
    tmp_path: Path,
) -> None:
    """Policies cannot keep them apart: a developer who adds such a cache has two locks less."""
    CACHE.apply(copied(tmp_path))

    assert "FH107" in {each["rule"] for each in _reviewed(tmp_path)}
    assert _rows(_fuzzed(tmp_path, "--first"))


def test_nine_in_ten_are_found_without_policies_or_review() -> None:
    assert len(LEAKS) >= 25
    assert sum(leak.fuzzed for leak in LEAKS) >= 0.9 * len(LEAKS)
