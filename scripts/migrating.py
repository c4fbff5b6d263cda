"""scripts/migrate: brings a database to the newest schema."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from impl.app import PROJECT
from impl.core.verification import DatabaseRefused
from scripts.configuration import DATA, database_url, faults, settings


def upgrade(url: str) -> None:
    """Bring the database at a URL to the newest schema; does nothing when it is there.

    Raises `DatabaseRefused` for one whose schema is unknown here, as that of a later release is.
    """
    config = Config(toml_file=PROJECT / "pyproject.toml")
    config.attributes["url"] = url
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseRefused(str(error)) from None


def main() -> int:
    """Return 0 when the database has the newest schema."""
    parser = argparse.ArgumentParser(
        prog="scripts/migrate",
        description="Bring the database, embedded or of DATABASE_URL, to the newest schema.",
        epilog="Exit codes: 0 done, 2 the configuration or the database is at fault.",
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="where the embedded one lives"
    )
    arguments = parser.parse_args()
    with faults(), ExitStack() as stack:
        upgrade(database_url(settings(arguments.data), arguments.data, stack))
    print("the database has the newest schema")
    return 0


if __name__ == "__main__":
    sys.exit(main())
