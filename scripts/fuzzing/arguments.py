"""The command's options."""

import argparse
from collections.abc import Callable
from pathlib import Path

from scripts.fuzzing.actors import Credential, credential
from scripts.fuzzing.serving import PROJECT

PROBES = 1_000


def parse(given: list[str] | None = None) -> argparse.Namespace:
    """Return the options; ends the process with code 2 for wrong ones."""
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz",
        description="Prove that no user of an API reaches, changes or learns of another user's "
        "things: two users and all that the contract lets one ask, and the contract itself.",
        epilog="Exit codes: 0 nothing was found and everything was probed, 1 findings, or "
        "something was not probed, 2 cannot run.",
    )
    _add_targets(parser)
    _add_amounts(parser)
    _add_outputs(parser)
    arguments = parser.parse_args(given)
    others = (arguments.url, arguments.user, arguments.database)
    if arguments.contract is None and any(others):
        parser.error("--url, --user and --database go with --contract")
    if arguments.contract is not None:
        if not arguments.url or len(arguments.user or ()) != 2:
            parser.error("--contract needs --url and two --user")
        if arguments.project or arguments.row_level_security == "off":
            parser.error("--project and --row-level-security are for a server that is started here")
        if arguments.user[0].value == arguments.user[1].value:
            parser.error("--user: two different users are needed")
    arguments.project = (arguments.project or PROJECT).resolve()
    return arguments


def _add_targets(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--project", type=Path, metavar="DIR", help="a project of this shape (this one)")
    add("--contract", type=Path, metavar="FILE", help="the contract of a running API")
    add("--url", type=_url, help="where it is")
    add(
        "--user",
        type=_credential,
        action="append",
        metavar="CREDENTIAL",
        help="a bearer token or 'Header: value', or ID= before it; twice, the victim first",
    )
    add("--database", metavar="URL", help="its database, to compare the victim's rows in")
    add(
        "--row-level-security",
        choices=["on", "off"],
        default="on",
        help="off: without the policies of the database, the statements alone (on)",
    )


def _add_amounts(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--seed", type=int, metavar="N", help="what chance begins with (another each time)")
    add("--time", type=_positive(float), metavar="SECONDS", help="bound of it all (none)")
    add(
        "--probes",
        type=_positive(int),
        metavar="N",
        help=f"at least so many with two users, after everything was tried once ({PROBES})",
    )
    add("--first", action="store_true", help="stop at the first finding (go on)")
    add("--only", choices=["two-users", "contract"], help="one of the two parts (both)")


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--json", metavar="FILE", help="write everything as JSON; - for standard output")
    add("--junit", type=Path, metavar="FILE", help="write a test case for each operation and kind")
    add("--verbose", action="store_true", help="show notes and times as well")


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError("a URL begins with http:// or https://")
    return text.rstrip("/")


def _credential(text: str) -> Credential:
    try:
        return credential(text)
    except ValueError as error:
        # The text itself is a secret.
        raise argparse.ArgumentTypeError(str(error)) from None


def _positive[T: (int, float)](kind: Callable[[str], T]) -> Callable[[str], T]:
    def number(text: str) -> T:
        value = kind(text)
        if not 0 < value < 10**9:
            raise argparse.ArgumentTypeError(f"{text} is not between 0 and 10^9")
        return value

    number.__name__ = "number"
    return number
