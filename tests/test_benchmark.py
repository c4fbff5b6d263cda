"""The benchmark's own parts: what it counts, what it refuses to count, and what it shows."""

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from scripts.benchmark import arguments, chart, installing, table
from scripts.benchmark.checking import comparable, require_shape
from scripts.benchmark.comparison import WARM_UP_S, Line, Plan, compare, lines
from scripts.benchmark.dataset import Dataset
from scripts.benchmark.figures import BenchmarkError, Slice, medians, percentile, ratio
from scripts.benchmark.load import parse
from scripts.benchmark.operations import PAGE_SIZE, SINGLE, STATUS, Operation
from scripts.benchmark.pgbench import transactions
from scripts.benchmark.rivals.constant import TODO
from scripts.benchmark.workload import Request, Workload
from tests.running import PROJECT

SLICE = Slice(cpu_us=100, rate=1000, p50_ms=1, p99_ms=5, memory_mib=80)
REPLAYED = {"requests": 10, "duration_us": 2, "p50_us": 3, "p99_us": 4, "refused": 0, "broken": 0}


def cpu(*values: float) -> list[Slice]:
    return [replace(SLICE, cpu_us=value) for value in values]


def replayed(**changes: int) -> str:
    return f"Running 2s test\nreplayed {json.dumps({**REPLAYED, **changes})}\n"


def request(operation: Operation, todo_id: str = "7a") -> Request:
    return Request(operation, "user-1", "a.b.c", todo_id)


def answer(operation: Operation) -> Any:
    page = {"items": [TODO] * PAGE_SIZE, "next_cursor": "20"}
    return page if operation is Operation.PAGE else TODO


def test_each_figure_has_a_median_of_its_own() -> None:
    slices = [Slice(1, 9, 2, 8, 5), Slice(2, 8, 3, 9, 6), Slice(30, 1, 1, 7, 4)]
    assert medians(slices) == Slice(2, 8, 2, 8, 5)


def test_a_ratio_is_of_slices_of_the_same_round() -> None:
    """The second round met a machine ten times slower, which is no difference between the two."""
    assert ratio(cpu(10, 100, 12), cpu(20, 200, 24)) == 0.5


def test_rounds_that_do_not_match_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio(cpu(1, 2), cpu(1))


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1, 100), (0, 1)])
def test_a_percentile_is_one_of_the_values(share: float, value: int) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == value


def test_a_replay_is_read_from_what_wrk_prints() -> None:
    result = parse(replayed())
    assert (result.requests, result.duration_us, result.p50_us, result.p99_us) == (10, 2, 3, 4)


@pytest.mark.parametrize("output", [replayed(refused=1), replayed(broken=1), replayed(requests=0)])
def test_a_replay_with_a_failure_or_without_an_answer_does_not_count(output: str) -> None:
    with pytest.raises(BenchmarkError, match=r"of \d+ requests"):
        parse(output)


def test_output_without_a_result_does_not_count() -> None:
    with pytest.raises(BenchmarkError, match="no result"):
        parse("unable to connect")


def test_transactions_of_pgbench_are_counted() -> None:
    assert transactions("number of transactions actually processed: 1234\n") == 1234
    with pytest.raises(BenchmarkError):
        transactions("number of transactions actually processed: 0\n")


@pytest.mark.parametrize("operation", SINGLE)
def test_an_answer_of_the_right_shape_is_taken(operation: Operation) -> None:
    require_shape(request(operation), STATUS[operation], answer(operation))


@pytest.mark.parametrize("operation", SINGLE)
@pytest.mark.parametrize("body", [None, [], {}, {"items": []}, {"items": [{}] * 20}, "todo"])
def test_an_answer_without_content_fails_the_run(operation: Operation, body: object) -> None:
    with pytest.raises(BenchmarkError):
        require_shape(request(operation), STATUS[operation], body)


@pytest.mark.parametrize("operation", SINGLE)
def test_an_answer_with_another_status_fails_the_run(operation: Operation) -> None:
    with pytest.raises(BenchmarkError, match="503"):
        require_shape(request(operation), 503, answer(operation))


def test_times_are_compared_to_the_millisecond_and_in_any_spelling() -> None:
    other = {**TODO, "created_at": "2026-01-01T01:00:00.000999+01:00"}
    assert comparable(TODO) == comparable(other)
    assert comparable(TODO) != comparable({**TODO, "created_at": "2026-01-01T00:00:00.001Z"})


def test_requests_that_follow_each_other_are_of_different_users() -> None:
    tokens = [f"token-{user}" for user in range(8)]
    made = Workload(Dataset("", 200, 8), tokens).requests(Operation.MIX)
    turns = [made[first : first + 8] for first in range(0, len(made), 8)]
    assert all(len({each.owner for each in turn}) == 8 for turn in turns)
    assert {each.operation for each in made} == set(SINGLE)
    assert all(each.token == f"token-{each.owner.removeprefix('user-')}" for each in made)


def test_a_request_is_a_message_of_its_own() -> None:
    head, _, body = request(Operation.PATCH).wire().partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    assert first == "PATCH /api/todos/7a HTTP/1.1"
    assert "Authorization: Bearer a.b.c" in fields
    assert f"Content-Length: {len(body)}" in fields
    assert json.loads(body) == {"done": True, "priority": "low"}


class Steady:
    """A contender that notes when it was asked for what."""

    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self._log = name, log

    def check(self, operation: Operation, turn: int) -> None:
        """Be as it should be."""
        self._log.append(f"check {self.name} {operation} {turn}")

    def measure(self, operation: Operation, seconds: int) -> Slice:
        """Cost always the same."""
        self._log.append(f"measure {self.name} {operation} {seconds}")
        return SLICE


def test_contenders_take_turns_and_are_checked_before_each_slice() -> None:
    log: list[str] = []
    contenders = {name: Steady(name, log) for name in "ab"}
    measured = compare(contenders, Plan([Operation.GET], 2, 2), lambda _: None, lambda: None)
    assert [len(slices) for slices in measured[Operation.GET].values()] == [2, 2]
    assert [line for line in log if line.startswith("measure")] == [
        f"measure {name} get {seconds}"
        for name, seconds in [
            ("a", WARM_UP_S),
            ("b", WARM_UP_S),
            ("a", 2),
            ("b", 2),
            ("b", 2),
            ("a", 2),
        ]
    ]
    assert all(line.startswith("check") for line in log[::2])


def results() -> dict[str, list[Line]]:
    slices = {"ours": cpu(100, 120), "theirs": cpu(1500, 1800)}
    return {"GET <one>": lines(slices, {"ours": "Freehold", "theirs": "A & B"}, "ours")}


def test_the_table_shows_medians_and_ratios() -> None:
    headings, ours, theirs = table.render(results(), "Freehold to it").splitlines()
    assert headings.split()[-3:] == ["Freehold", "to", "it"]
    assert ours.split() == ["Freehold", "110", "1,000", "1.00", "5.00", "80", "1.00"]
    assert theirs.split() == ["A", "&", "B", "1,650", "1,000", "1.00", "5.00", "80", "0.07"]
    assert len({len(headings), len(ours), len(theirs)}) == 1


def test_the_chart_has_a_bar_for_each_contender_in_proportion() -> None:
    drawn = ET.fromstring(chart.render(results()))  # noqa: S314 - it is our own
    bars = [each for each in drawn.iter() if each.tag.endswith("rect")]
    ours, theirs = (float(bar.attrib["width"]) for bar in bars)
    assert theirs / ours == pytest.approx(15, rel=0.01)
    texts = [each.text for each in drawn.iter() if each.tag.endswith("text")]
    assert {"GET <one>", "A & B", "1,650"} <= set(texts)
    assert "prefers-color-scheme: dark" in chart.render(results())


@pytest.mark.parametrize(
    "wrong",
    [
        ["--seconds=0"],
        ["--rounds=1000"],
        ["--workers=two"],
        ["--rivals=unknown"],
        ["--operations=get,delete"],
        ["--todos=2000", "--users=100"],
        ["shrink"],
    ],
)
def test_a_run_without_bounds_or_sense_is_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        arguments.parse(wrong)


def test_every_user_has_the_same_number_of_todos() -> None:
    assert arguments.parse(["--todos=1050", "--users=40"]).todos == 1040


def test_what_rivals_need_is_pinned_by_hash_and_names_no_host() -> None:
    lock = json.loads((installing.FASTIFY / "package-lock.json").read_text())
    packages = [each for name, each in lock["packages"].items() if name]
    assert packages
    assert all("integrity" in each and "resolved" not in each for each in packages)
    wanted = installing.REQUIREMENTS.read_text()
    assert "--hash=sha256:" in wanted
    assert "://" not in wanted


def test_contenders_load_and_database_share_as_many_processors_as_there_are_workers() -> None:
    program = (
        "import os; from scripts.benchmark.processes import confine; confine(1);"
        "print(*os.sched_getaffinity(os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '1')))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)

    assert len(done.stdout.split()) == 1
