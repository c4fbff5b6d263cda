"""Results as text."""

from collections.abc import Mapping, Sequence

from scripts.benchmark.comparison import Line

HEADINGS = ("CPU-µs", "requests/s", "p50 ms", "p99 ms", "MiB")
FORMATS = ("{:,.0f}", "{:,.0f}", "{:.2f}", "{:.2f}", "{:.0f}")


def render(results: Mapping[str, Sequence[Line]], ratio: str) -> str:
    """Return a table for each title, one below the other; `ratio` is the last column's heading."""
    return "\n\n".join(_table((title, *HEADINGS, ratio), each) for title, each in results.items())


def _table(headings: tuple[str, ...], lines: Sequence[Line]) -> str:
    rows = [headings, *(_cells(line) for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_aligned(row, widths) for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    figures = line.figures
    values = (figures.cpu_us, figures.rate, figures.p50_ms, figures.p99_ms, figures.memory_mib)
    shown = (form.format(value) for form, value in zip(FORMATS, values, strict=True))
    return (line.name, *shown, f"{line.ratio:.2f}")


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *values = row
    cells = [value.rjust(width) for value, width in zip(values, widths[1:], strict=True)]
    return "  ".join([name.ljust(widths[0]), *cells])
