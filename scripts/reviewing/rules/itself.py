"""Rules on the review itself: what it could not read, and the comments that allow findings."""

from collections.abc import Iterator

from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule


def _unreadable(project: Project) -> Iterator[Fault]:
    yield from project.unreadable


def _unbounded(project: Project) -> Iterator[Fault]:
    yield from project.unbounded


def _elsewhere(_: Project) -> Iterator[Fault]:
    """Yield nothing: what comments allow is known when every other rule has been asked."""
    yield from ()


_ALLOWED = "# file: impl/todos.py\n{comment}\nasync def list_todos(scope):\n    ...\n"
_REASON = "# review: allow FH113: the backend behind it is delivered in May"

RULES = (
    Rule(
        "FH901",
        "not-readable",
        "What cannot be parsed was not reviewed.",
        "Mend the file; Python and YAML are read as UTF-8.",
        "# file: impl/todos.py\nasync def list_todos(scope:\n",
        "# file: impl/todos.py\nasync def list_todos(scope):\n    return []\n",
        _unreadable,
    ),
    Rule(
        "FH902",
        "not-read-whole",
        "What lies beyond the first MiB of a file was not reviewed.",
        "Split the file, or keep data out of the repository.",
        "# file: impl/todos.py\n" + "# a line\n" * 120_000,
        "# file: impl/todos.py\n# a line\n",
        _unbounded,
    ),
    Rule(
        "FH903",
        "allowed-without-reason",
        "A finding may be allowed, but whoever reads it later must know why.",
        "Write `# review: allow FH113: the reason`.",
        _ALLOWED.format(comment="# review: allow FH113"),
        _ALLOWED.format(comment=_REASON),
        _elsewhere,
    ),
    Rule(
        "FH904",
        "unknown-rule-allowed",
        "A comment that names no rule allows nothing, though it looks as if it did.",
        "Name a rule of scripts/review --rules.",
        _ALLOWED.format(comment=_REASON.replace("FH113", "FH999")),
        _ALLOWED.format(comment=_REASON),
        _elsewhere,
    ),
    Rule(
        "FH905",
        "nothing-to-allow",
        "A comment that outlives its finding would hide the next one.",
        "Remove the comment.",
        f"# file: impl/todos.py\n{_REASON}\nNAMES = ()\n",
        _ALLOWED.format(comment=_REASON),
        _elsewhere,
    ),
)
NO_REASON, UNKNOWN_RULE, UNUSED = RULES[2:]
