"""Runs of scripts/fuzz in the process of the tests, where what it imports is there already."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

from scripts.fuzzing.__main__ import main


def fuzzed(*arguments: str) -> tuple[int, Any, str]:
    """Return the exit code, the report unless there is none, and what was said besides."""
    with redirect_stdout(StringIO()) as printed, redirect_stderr(StringIO()) as said:
        code = main([*arguments, "--json=-"])
    return code, json.loads(printed.getvalue() or "null"), said.getvalue()
