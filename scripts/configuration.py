"""What the commands share: the project's folders, its settings, and how faults are told."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.exc import OperationalError

from generated.runtime.fulfilment import ImplementationError
from impl.app import ENV_FILE, PROJECT
from impl.core.embedded import EmbeddedPostgres, EmbeddedPostgresError
from impl.core.settings import Settings, SettingsError, load
from impl.core.verification import DatabaseRefused

DATA = PROJECT / ".data"


def settings(data: Path) -> Settings:
    """Return the settings of the environment and of `ENV_FILE` (`.env`); raises SettingsError."""
    return load(data, env_file=ENV_FILE)


def database_url(settings: Settings, data: Path, stack: ExitStack) -> str:
    """Return the URL of the configured database, or of an embedded one that lives with the stack.

    Raises EmbeddedPostgresError.
    """
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return stack.enter_context(EmbeddedPostgres(data))


@contextmanager
def faults() -> Iterator[None]:
    """End the process with code 2 and one line for each fault, instead of a traceback."""
    try:
        yield
    except (SettingsError, DatabaseRefused) as error:
        lines = list(error.faults)
    except (EmbeddedPostgresError, ImplementationError) as error:
        lines = [str(error)]
    except OperationalError as error:
        lines = [f"DATABASE_URL leads to no usable PostgreSQL: {str(error.orig).splitlines()[0]}"]
    else:
        return
    print(*lines, sep="\n", file=sys.stderr)
    raise SystemExit(2)
