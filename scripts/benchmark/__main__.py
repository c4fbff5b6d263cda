"""scripts/bench: what a request costs in Freehold, and in what else it could have been."""

import json
import signal
import sys
from argparse import Namespace
from contextlib import ExitStack
from typing import Any

from impl.core.embedded import EmbeddedPostgres
from scripts.benchmark import arguments, chart, load, processes, report, table
from scripts.benchmark.comparison import Line, Plan, compare, lines
from scripts.benchmark.dataset import Dataset
from scripts.benchmark.figures import BenchmarkError
from scripts.benchmark.growth import grow
from scripts.benchmark.operations import TITLES, Operation
from scripts.benchmark.stage import Stage, loads, settings
from scripts.configuration import faults

OURS = "freehold"


def main() -> int:
    """Return 0 when everything was measured, 1 when something failed."""
    options = arguments.parse()
    # Servers and the database end with this process, however it is asked to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with faults():
        try:
            load.require()
            options.data.mkdir(parents=True, exist_ok=True)
            if options.what == "compare":
                processes.confine(options.workers)
            say("starting PostgreSQL")
            # Without waits for the disk it is the servers that are measured, not the disk.
            with EmbeddedPostgres(options.data, durable=False) as url:
                run = _grow if options.what == "growth" else _compare
                run(url, options)
        except BenchmarkError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 1
    return 0


def say(progress: str) -> None:
    """Tell how far it is, beside the results."""
    print(progress, file=sys.stderr, flush=True)


def _compare(url: str, options: Namespace) -> None:
    operations = [Operation(name) for name in options.operations]
    plan = Plan(operations, options.seconds, options.rounds)
    dataset = Dataset(url, options.todos, options.users)
    dataset.prepare(say)
    configuration = settings()
    threads = min(2, options.workers)
    requests = loads(dataset, configuration, operations, options.data, threads)
    with ExitStack() as stack:
        single = options.workers == 1
        stage = Stage(
            stack, options.data, configuration, requests, options.workers, say, limited=single
        )
        contenders = {key: stage.contender(key) for key in (OURS, *options.rivals)}
        measured = compare(contenders, plan, say, dataset.restore)
    dataset.restore()
    names = {key: each.name for key, each in contenders.items()}
    results = {
        TITLES[operation]: lines(slices, names, OURS) for operation, slices in measured.items()
    }
    print(table.render(results, "Freehold to it"), report.NOTES, sep="\n\n")
    _keep(results, report.slices(measured, names), options)


def _grow(url: str, options: Namespace) -> None:
    results = grow(url, options, say)
    print(table.render(results, "first to it"), report.NOTES_OF_GROWTH, sep="\n\n")
    _keep(results, report.medians(results), options)


def _keep(results: dict[str, list[Line]], figures: dict[str, Any], options: Namespace) -> None:
    if options.json:
        document = report.document(figures, vars(options))
        options.json.write_text(json.dumps(document, indent=2, default=str) + "\n")
    if options.svg:
        options.svg.write_text(chart.render(results))


if __name__ == "__main__":
    sys.exit(main())
