"""The contract, fuzzed: Schemathesis with every phase and check, for two users."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

from tests.running import PROJECT, Running, environment

SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(2**32))


def test_every_answer_is_what_the_contract_says(server: Running, tmp_path: Path) -> None:
    """No check fails, in any phase, and the server's log holds no error."""
    before = server.log.stat().st_size
    users = {"auth": [_user(server, name) for name in ("alice", "bob")]}
    credentials = tmp_path / "auth.json"
    credentials.write_text(json.dumps(users))
    command = [
        *(sys.executable, "-P", "-m", "schemathesis.cli"),
        f"--config-file={PROJECT / 'tests' / 'schemathesis.toml'}",
        *("run", str(PROJECT / "openapi.yaml"), f"--url={server.api}"),
        *("--checks=all", f"--seed={SEED}"),
    ]
    fuzzed = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(FUZZ_AUTH=str(credentials)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert fuzzed.returncode == 0, fuzzed.stdout
    assert re.search(r"Operations: +(\d+) selected / \1 total", fuzzed.stdout)
    assert _errors(server.log.read_text()[before:]) == []


def _user(server: Running, name: str) -> dict[str, object]:
    header = {"name": "Authorization", "value": f"Bearer {server.token(name)}"}
    return {"name": name, "fixedHeaders": [header]}


def _errors(log: str) -> list[str]:
    marks = ("Traceback", "correlation_id", "ERROR")
    return [line for line in log.splitlines() if any(mark in line for mark in marks)]
