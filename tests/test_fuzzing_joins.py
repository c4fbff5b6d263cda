"""scripts/fuzz, where things are put into one another: each leak of that is found."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.codegen.contract import load
from scripts.fuzzing import __main__ as fuzz
from scripts.fuzzing.surface import read
from tests.applications import served
from tests.boxes import TOKENS
from tests.shelves import CONTRACT, Shelves

type Fuzz = Callable[..., tuple[int, Any]]


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "shelves.yaml"
    path.write_text(CONTRACT)
    return path


@pytest.fixture
def fuzzed(contract: Path, monkeypatch: pytest.MonkeyPatch) -> Fuzz:
    """Return a function that fuzzes the shelves with some leaks; it returns code and report."""

    def run(*leaks: str) -> tuple[int, Any]:
        report = contract.with_name("report.json")
        with served(Shelves(leaks).app) as port:
            arguments = [f"--contract={contract}", f"--url=http://127.0.0.1:{port}", "--seed=1"]
            arguments += [f"--user={name}={token}" for token, name in TOKENS.items()]
            arguments += ["--only=two-users", "--probes=1", f"--json={report}"]
            monkeypatch.setattr(sys, "argv", ["fuzz", *arguments])
            code = fuzz.main()
        return code, json.loads(report.read_text())

    return run


def test_what_is_put_into_a_thing_is_of_the_kind_that_is_created_elsewhere(contract: Path) -> None:
    surface = read(load(contract).document)
    attach, listing = surface.endpoints["attach_label"], surface.endpoints["list_shelf_labels"]
    label = attach.places["label_id"]
    assert label is not None
    assert (label.create, label.lists) == ("create_label", "list_labels")
    assert [kind.create for kind in surface.kinds] == ["create_shelf", "create_label"]
    assert (attach.joins, listing.joins) == (label, label)
    assert surface.endpoints["list_labels"].joins is None
    assert surface.joiners(label) == [attach]


def test_own_things_are_put_into_own_ones_and_everything_is_probed(fuzzed: Fuzz) -> None:
    code, report = fuzzed()
    assert (report["findings"], report["not_probed"], code) == ([], [], 0)
    made = report["coverage"]["operations"]
    assert all(made[name]["items"] for name in ("attach_label", "detach_label"))
    assert all(made[name]["parents"] for name in ("attach_label", "detach_label"))


@pytest.mark.parametrize(
    ("leak", "kinds", "operation"),
    [
        ("attach another's", {"parents"}, "attach_label"),
        ("attach to another's", {"parents"}, "attach_label"),
        ("detach", {"items"}, "detach_label"),
        ("join", {"items", "leak"}, "list_shelf_labels"),
        ("pages", {"leak", "reads"}, "list_labels"),
    ],
)
def test_a_leak_is_found(fuzzed: Fuzz, leak: str, kinds: set[str], operation: str) -> None:
    code, report = fuzzed(leak)
    assert code == 1
    found = {each["kind"] for each in report["findings"] if each["operation"] == operation}
    assert kinds <= found
