"""The command's options, bounded: no run is endless."""

import argparse
from collections.abc import Callable
from pathlib import Path

from impl.app import PROJECT
from scripts.benchmark.operations import PAGE_SIZE, Operation

RIVALS = ("sqlmodel", "asyncpg", "fastify", "constant", "uvicorn", "pgbench")
DATA = PROJECT / ".data" / "bench"


def parse(given: list[str] | None = None) -> argparse.Namespace:
    """Return the options; ends the process with code 2 for wrong ones."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure what a request costs, here and in servers written by hand. "
        "`growth` measures Freehold alone, as workers, rows, routes and pages grow.",
        epilog="Needs wrk, and Node for the rival fastify. "
        "Exit codes: 0 measured, 1 something failed or was answered wrongly, 2 wrong usage.",
    )
    parser.add_argument("what", nargs="?", choices=["compare", "growth"], default="compare")
    _add_amounts(parser)
    _add_choices(parser)
    _add_growth_and_files(parser)
    arguments = parser.parse_args(given)
    if arguments.todos <= PAGE_SIZE * arguments.users:
        parser.error(f"--todos must be more than {PAGE_SIZE} for each of --users: for a full page")
    # Each user has as many as any other.
    arguments.todos -= arguments.todos % arguments.users
    return arguments


def _add_amounts(parser: argparse.ArgumentParser) -> None:
    amounts = {
        "--seconds": (1, 1, 60, "seconds for each slice"),
        "--rounds": (9, 1, 50, "rounds, in which everybody has a slice of every operation"),
        "--todos": (100_000, 100, 20_000_000, "todos in the table"),
        "--users": (1_000, 1, 100_000, "users who own them"),
        "--workers": (1, 1, 64, "worker processes of each server"),
    }
    for option, (default, low, high, meaning) in amounts.items():
        parser.add_argument(
            option,
            type=_between(low, high),
            default=default,
            metavar="N",
            help=f"{meaning}, {low} to {high} ({default})",
        )


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rivals",
        type=_some(RIVALS),
        default=list(RIVALS),
        metavar="LIST",
        help=f"some of {','.join(RIVALS)}, or none (all)",
    )
    operations = [str(operation) for operation in Operation]
    parser.add_argument(
        "--operations",
        type=_some(operations),
        default=operations,
        metavar="LIST",
        help=f"some of {','.join(operations)} (all)",
    )


def _add_growth_and_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rows",
        type=_numbers(1_000, 20_000_000),
        default=[1_000, 1_000_000, 10_000_000],
        metavar="LIST",
        help="growth: how many todos are in the tables compared (1000,1000000,10000000)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every slice there")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the CPU times there")
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="of the database and the rivals"
    )


def _between(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not between {low} and {high}")
        return value

    return number


def _numbers(low: int, high: int) -> Callable[[str], list[int]]:
    number = _between(low, high)
    return lambda text: [number(part) for part in text.split(",")]


def _some(known: list[str] | tuple[str, ...]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        chosen = [] if text == "none" else text.split(",")
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {','.join(known)}")
        return list(dict.fromkeys(chosen))

    return names
