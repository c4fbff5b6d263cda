"""scripts/review: reviews a project's code, contract and migrations, and runs none of them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.reviewing.project import opened
from scripts.reviewing.report import as_json, as_text, explained, listed
from scripts.reviewing.review import RuleError, review
from scripts.reviewing.rule import Rule
from scripts.reviewing.rules import RULES
from scripts.reviewing.sarif import as_sarif

PROJECT = Path(__file__).resolve().parents[2]

_FORMATS = {"text": as_text, "json": as_json, "sarif": as_sarif}


def main(rules: Sequence[Rule] = RULES) -> int:
    """Return 0 without blocking findings, 1 with some, 2 when it cannot be reviewed."""
    arguments = _arguments()
    # A file's name may hold bytes that no encoding has.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # it is a file
    if arguments.rules:
        print(listed())
        return 0
    if arguments.explain:
        return _explain(arguments.explain)
    return _review(arguments.path, arguments.format, rules)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/review",
        description="Review a project of Freehold's shape: code, contract, migrations, secrets.",
        epilog="Exit codes: 0 no blocking findings, 1 there are some, 2 it cannot be reviewed. "
        "A comment `# review: allow FH101: the reason`, on the line or the one above, allows one.",
    )
    parser.add_argument("path", nargs="?", type=Path, default=PROJECT, metavar="PATH")
    parser.add_argument("--format", choices=_FORMATS, default="text")
    parser.add_argument(
        "--json", dest="format", action="store_const", const="json", help="as --format json"
    )
    parser.add_argument("--explain", metavar="RULE", help="why, and an example of bad and good")
    parser.add_argument("--rules", action="store_true", help="list the rules")
    return parser.parse_args()


def _explain(name: str) -> int:
    rule = next((each for each in RULES if name.upper() == each.id or name == each.name), None)
    if rule is None:
        print(f"{name} is no rule: scripts/review --rules lists them", file=sys.stderr)
        return 2
    print(explained(rule))
    return 0


def _review(path: Path, form: str, rules: Sequence[Rule]) -> int:
    if not path.is_dir():
        print(f"{path} is no folder: name that of a project", file=sys.stderr)
        return 2
    project = opened(path.resolve())
    if not project.has_parts:
        print(
            f"{path} holds no openapi.yaml, impl/ or migrations/: nothing to review",
            file=sys.stderr,
        )
        return 2
    try:
        found = review(project, rules)
    except RuleError as error:
        print(f"{error}: this is a fault of the review, not of the project", file=sys.stderr)
        return 2
    print(_FORMATS[form](found))
    return 1 if found.blocking else 0


if __name__ == "__main__":
    sys.exit(main())
