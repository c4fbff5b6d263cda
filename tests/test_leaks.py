"""Seeded leaks: what would let one user reach another's rows is found, before it is served."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.leaks import LEAKS
from tests.leaks.leak import Leak, copied
from tests.running import PROJECT, environment

AT_ONCE = 2
SEED = 1
ROWS = "rows of the other user"


@dataclass(frozen=True)
class Outcome:
    """What the review and the fuzz say of a leak: `bare` is without policies, `walled` with."""

    reviewed: list[dict[str, Any]]
    bare: list[dict[str, Any]]
    walled: list[dict[str, Any]]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Outcome]]]:
    """Try every leak that a test is selected for, some at once."""
    selected = " ".join(item.name for item in request.session.items)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            leak.name: pool.submit(_tried, leak) for leak in LEAKS if f"[{leak.name}]" in selected
        }


def _tried(leak: Leak) -> Outcome:
    with TemporaryDirectory(prefix="freehold-leak-") as folder:
        project = copied(Path(folder))
        leak.apply(project)
        found = _run("reviewing", str(project), "--format=json")["findings"]
        blocking = [each for each in found if each["severity"] == "blocking"]
        bare = _fuzzed(project, "--row-level-security=off", "--first")
        return Outcome(blocking, bare, _fuzzed(project, "--time=12"))


def _fuzzed(project: Path, *options: str) -> list[dict[str, Any]]:
    """Return what the fuzz finds; a database whose policies do not bite is not served from."""
    both = (f"--project={project}", "--only=two-users", f"--seed={SEED}", "--json=-")
    found: list[dict[str, Any]] = _run("fuzzing", *both, *options)["findings"]
    return found


def _run(package: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", f"scripts.{package}", *arguments]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode == 2 and "run scripts/migrate" in done.stderr:
        return {"findings": []}
    assert done.returncode in {0, 1}, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_leak_is_found(leak: Leak, outcomes: dict[str, Future[Outcome]]) -> None:
    outcome = outcomes[leak.name].result()

    assert outcome.bare or outcome.reviewed
    assert bool(outcome.bare) == leak.fuzzed


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_policies_keep_rows_apart_all_the_same(
    leak: Leak, outcomes: dict[str, Future[Outcome]]
) -> None:
    found = outcomes[leak.name].result().walled
    rows = [each for each in found if each["kind"] == "leak" or ROWS in each["detail"]]

    assert bool(rows) != leak.walled


def test_nine_in_ten_are_found_without_policies_or_review() -> None:
    assert len(LEAKS) >= 25
    assert sum(leak.fuzzed for leak in LEAKS) >= 0.9 * len(LEAKS)
