"""scripts/fuzz: each kind of leak is found, and where there is none nothing is found."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.fuzzing import __main__ as fuzz
from tests.applications import served
from tests.boxes import CONTRACT, TOKENS, Boxes

type Fuzz = Callable[..., tuple[int, Any]]

KINDS = (
    "reads", "items", "references", "batches", "parents", "filters", "owners", "tokens",
    "conflicts", "effects", "access",
)  # fmt: skip


@pytest.fixture
def fuzzed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Fuzz:
    """Return a function that fuzzes the boxes with some leaks; it returns code and report."""

    def run(*leaks: str, contract: str = CONTRACT, options: Sequence[str] = ()) -> tuple[int, Any]:
        path = tmp_path / "boxes.yaml"
        path.write_text(contract)
        with served(Boxes(leaks).app) as port:
            arguments = [f"--contract={path}", f"--url=http://127.0.0.1:{port}", "--seed=1"]
            arguments += [f"--user={name}={token}" for token, name in TOKENS.items()]
            arguments += ["--only=two-users", "--probes=1", "--json=-", *options]
            monkeypatch.setattr(sys, "argv", ["fuzz", *arguments])
            code = fuzz.main()
        printed = capsys.readouterr().out
        assert not any(token in printed for token in TOKENS)
        return code, json.loads(printed)

    return run


def test_where_nothing_leaks_nothing_is_found(fuzzed: Fuzz) -> None:
    code, report = fuzzed()
    assert (report["findings"], report["not_probed"], code) == ([], [], 0)


def test_every_kind_of_probe_is_made(fuzzed: Fuzz) -> None:
    _, report = fuzzed()
    made = report["coverage"]["operations"]
    assert {kind for counts in made.values() for kind in counts} == set(KINDS)
    assert made["health"] == {}
    assert all(counts for name, counts in made.items() if name != "health")
    references = {each["reference"] for each in report["coverage"]["references"]}
    assert references == {"body friendId", "body ids/*", "query cursor"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_leak_is_found(fuzzed: Fuzz, kind: str) -> None:
    code, report = fuzzed(kind)
    assert kind in {each["kind"] for each in report["findings"]}
    assert all(each["detail"] and each["operation"] for each in report["findings"])
    assert code == 1


def test_a_sealed_cursor_is_for_whom_it_was_given_to(fuzzed: Fuzz) -> None:
    code, report = fuzzed("cursors")
    [finding] = report["findings"]
    assert (finding["kind"], finding["operation"]) == ("tokens", "listBoxes")
    assert "status is '200', and '400' for one that is made up" in finding["detail"]
    assert code == 1


def test_the_first_leak_is_enough_where_it_is_asked_for(fuzzed: Fuzz) -> None:
    lost = CONTRACT.replace("/boxes/empty:", "/boxes/drop:")
    code, report = fuzzed("items", "access", "reads", contract=lost, options=["--first"])
    assert (len(report["findings"]), report["not_probed"], code) == (1, [], 1)


def test_what_differs_is_shown_with_requests_to_paste(fuzzed: Fuzz) -> None:
    _, report = fuzzed("items")
    finding = next(each for each in report["findings"] if each["operation"] == "getBox")
    assert finding["detail"] == "status is 403, and 404 for an id that never existed"
    foreign, control = finding["requests"]
    assert foreign.startswith("curl ")
    assert 'Authorization: Bearer $BOB"' in foreign
    assert foreign != control


def test_what_its_owner_cannot_do_is_not_probed_and_fails(fuzzed: Fuzz) -> None:
    lost = CONTRACT.replace("/boxes/empty:", "/boxes/drop:")
    code, report = fuzzed(contract=lost)
    [missing] = report["not_probed"]
    assert missing["what"] == "emptyBoxes"
    assert "405" in missing["why"]
    assert code == 1


def test_an_id_of_something_unknown_is_not_probed_unless_it_is_said_to_be_none(
    fuzzed: Fuzz,
) -> None:
    code, report = fuzzed(contract=CONTRACT.replace("refers-to: createThing", "why: lost"))
    [missing] = report["not_probed"]
    assert missing["what"] == "createThing: body friendId"
    assert code == 1
    code, report = fuzzed(contract=CONTRACT.replace("refers-to: createThing", "refers-to: null"))
    assert (report["not_probed"], code) == ([], 0)


def test_what_is_skipped_for_a_reason_does_not_fail(fuzzed: Fuzz) -> None:
    lost = CONTRACT.replace("/boxes/empty:", "/boxes/drop:").replace(
        "operationId: emptyBoxes", "operationId: emptyBoxes, x-fuzz: {skip: not built yet}"
    )
    code, report = fuzzed(contract=lost)
    assert report["skipped"] == [{"operation": "emptyBoxes", "why": "not built yet"}]
    assert (report["not_probed"], code) == ([], 0)
