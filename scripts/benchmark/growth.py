"""Growth: what a request costs as workers, rows, routes and pages become more."""

import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sqlmodel import col

from impl.core.criteria import Conditions
from impl.core.paging import Cursors, Order, Position, context, keyset
from impl.core.settings import Settings
from impl.core.source import source
from impl.tables import TodoRow
from scripts.benchmark import grown
from scripts.benchmark.comparison import Line, Plan, compare, lines
from scripts.benchmark.contenders import Contender, Load
from scripts.benchmark.dataset import Dataset, database
from scripts.benchmark.figures import BenchmarkError
from scripts.benchmark.operations import PAGE_SIZE, TITLES, Operation
from scripts.benchmark.stage import Stage, loads, settings
from scripts.benchmark.workload import Request, write

READING = [Operation.GET, Operation.PAGE]
WORKERS = (1, 2, 4)
FEW_USERS = 40  # so that the smallest table has a full page for each, and a larger one 1,000 pages
DEEP_PAGE, DEEP_ROWS = 1_000, 1_000_000
GENERATION_S = 300

type Say = Callable[[str], None]
type Results = dict[str, list[Line]]


@dataclass(frozen=True)
class Growth:
    """Where the series take place: a PostgreSQL at a URL, and the command's options."""

    url: str
    options: Namespace
    configuration: Settings
    say: Say

    def results(self) -> Results:
        """Return the lines of every series, by their titles."""
        return {**self._workers(), **self._routes(), **self._rows(), **self._pages()}

    def _workers(self) -> Results:
        with ExitStack() as stack:
            dataset = self._dataset("freehold", self.options.todos, self.options.users)
            servers: dict[str, Contender] = {}
            for count in WORKERS:
                stage = self._stage(stack, dataset, count)
                servers[f"{count}"] = stage.freehold(f"{count} worker{'s'[: count > 1]}")
            return self._measured("workers", servers, READING)

    def _routes(self) -> Results:
        with ExitStack() as stack:
            dataset = self._dataset("freehold", self.options.todos, self.options.users)
            stage = self._stage(stack, dataset, 1)
            folder = self._grown_contract()
            name = f"with {grown.FURTHER:,} operations more"
            servers = {
                "as it is": stage.freehold("the contract as it is"),
                "grown": stage.freehold(name, "scripts.benchmark.grown", folder),
            }
            return self._measured("routes", servers, READING)

    def _rows(self) -> Results:
        with ExitStack() as stack:
            servers: dict[str, Contender] = {}
            for rows in self.options.rows:
                dataset = self._dataset(f"rows_{rows}", rows, FEW_USERS)
                servers[f"{rows}"] = self._stage(stack, dataset, 1).freehold(f"{rows:,} rows")
            return self._measured("rows", servers, READING)

    def _pages(self) -> Results:
        with ExitStack() as stack:
            dataset = self._dataset(f"rows_{DEEP_ROWS}", DEEP_ROWS, FEW_USERS)
            stage = self._stage(stack, dataset, 1)
            first = stage.freehold("the first page")
            file = self.options.data / "deep.requests"
            deep = deepened(stage.load, self.configuration, DEEP_PAGE, file)
            last = replace(first, name=f"page {DEEP_PAGE:,}", load=deep)
            return self._measured("pages", {"first": first, "deep": last}, [Operation.PAGE])

    def _dataset(self, name: str, todos: int, users: int) -> Dataset:
        dataset = Dataset(database(self.url, name), todos - todos % users, users)
        dataset.prepare(self.say)
        return dataset

    def _stage(self, stack: ExitStack, dataset: Dataset, workers: int) -> Stage:
        folder = self.options.data / f"requests-{dataset.todos}-{dataset.users}"
        folder.mkdir(exist_ok=True)
        load = loads(dataset, self.configuration, READING, folder, min(2, workers))
        data, configuration = self.options.data, self.configuration
        return Stage(stack, data, configuration, load, workers, self.say, limited=False)

    def _measured(
        self, series: str, servers: Mapping[str, Contender], operations: list[Operation]
    ) -> Results:
        plan = Plan(operations, self.options.seconds, self.options.rounds)
        # Nothing is written, so there is nothing to restore.
        measured = compare(servers, plan, self.say, lambda: None)
        names = {key: server.name for key, server in servers.items()}
        return {
            f"{series}: {TITLES[operation]}": lines(slices, names, next(iter(servers)))
            for operation, slices in measured.items()
        }

    def _grown_contract(self) -> Path:
        """Generate code for a contract of many operations; return the folder to import it from."""
        folder: Path = self.options.data / "grown"
        folder.mkdir(exist_ok=True)
        self.say(f"generating code for {grown.FURTHER:,} operations more")
        contract = folder / "openapi.yaml"
        grown.write_contract(contract)
        options = ["--contract", str(contract), "--out", str(folder / "generated")]
        ended = subprocess.run(  # noqa: S603 - the command is ours
            [sys.executable, "-m", "scripts.codegen", *options],
            capture_output=True,
            text=True,
            timeout=GENERATION_S,
            check=False,
        )
        if ended.returncode:
            raise BenchmarkError(f"the grown contract is refused:\n{ended.stderr.strip()}")
        return folder


def deepened(load: Load, configuration: Settings, page: int, file: Path) -> Load:
    """Return a load that asks for a later page, counted from 1; its requests go to `file`."""
    skipped = PAGE_SIZE * (page - 1)
    order = keyset(source(TodoRow), Order(col(TodoRow.created_at), descending=True))
    everything = Conditions(source(TodoRow), ())
    cursors, dataset = Cursors(configuration.cursor_key), load.dataset

    def deep(request: Request) -> Request:
        user = int(request.owner.removeprefix("user-"))
        number = user + dataset.users * (dataset.todos // dataset.users - skipped)
        last = Position(dataset.todo_id(number), dataset.made_at(number))
        where = context(request.owner, order, everything)
        cursor = cursors.seal(where, order.column, last)
        return replace(request, cursor=cursor, skipped=skipped)

    requests = [deep(request) for request in load.requests[Operation.PAGE]]
    return replace(
        load, requests={Operation.PAGE: requests}, files={Operation.PAGE: write(requests, file)}
    )


def grow(url: str, options: Namespace, say: Say) -> Results:
    """Measure every series on a PostgreSQL; return its lines by title."""
    return Growth(url, options, settings(), say).results()
