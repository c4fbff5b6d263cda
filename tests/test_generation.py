"""Generation: a contract gives the same bytes each time, and what differs from them is told."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.generated_api import HEAD, package, render
from tests.running import PROJECT, environment

CONTRACT = f"""{HEAD}
  schemas:
    Thing: {{type: object, required: [id], properties: {{id: {{type: string, format: uuid}}}}}}
paths:
  /things/{{thing-id}}:
    get:
      operationId: get_thing
      tags: [things]
      parameters:
        - {{name: thing-id, in: path, required: true, schema: {{type: string, format: uuid}}}}
      responses:
        '200':
          description: It.
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
"""
ALLOWED = {"fastapi", "starlette", "pydantic", "pydantic_core"}


def generate(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/generate."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "scripts.codegen", *arguments],
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_generated_code_of_this_project_is_that_of_its_contract() -> None:
    assert generate("--check").returncode == 0


def test_every_difference_is_listed(tmp_path: Path) -> None:
    drifted = tmp_path / "generated"
    shutil.copytree(PROJECT / "generated", drifted, ignore=shutil.ignore_patterns("__pycache__"))
    (drifted / "users.py").unlink()
    (drifted / "forgotten.py").write_text("")
    with (drifted / "runtime" / "gate.py").open("a") as gate:
        gate.write("# by hand\n")
    checked = generate("--check", f"--out={drifted}")
    assert checked.returncode == 1
    assert checked.stdout.splitlines()[:3] == [
        "missing: users.py",
        "orphan: forgotten.py",
        "stale: runtime/gate.py",
    ]


def test_writing_replaces_what_was_generated_before(tmp_path: Path) -> None:
    contract, out = tmp_path / "contract.yaml", tmp_path / "out"
    contract.write_text(CONTRACT)
    assert generate(f"--contract={contract}", f"--out={out}").returncode == 0
    (out / "models.py").rename(out / "of_before.py")
    assert generate(f"--contract={contract}", f"--out={out}").returncode == 0
    assert not (out / "of_before.py").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_same_contract_gives_the_same_bytes(tmp_path: Path) -> None:
    contract = tmp_path / "contract.yaml"
    contract.write_text(CONTRACT)
    for seed in ("0", "1"):
        out = tmp_path / f"seed{seed}"
        assert (
            generate(f"--contract={contract}", f"--out={out}", PYTHONHASHSEED=seed).returncode == 0
        )
    assert files(tmp_path / "seed0") == files(tmp_path / "seed1") != {}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    refused = generate(f"--out={tmp_path}")
    assert refused.returncode == 2
    assert "not generated" in refused.stderr
    assert files(tmp_path) == {"thesis.txt": b"years of work"}


def test_work_among_generated_code_is_left_alone(tmp_path: Path) -> None:
    contract, out = tmp_path / "contract.yaml", tmp_path / "out"
    contract.write_text(CONTRACT)
    generate(f"--contract={contract}", f"--out={out}")
    (out / "mine.py").write_text("work = 1\n")
    before = files(out)
    refused = generate(f"--contract={contract}", f"--out={out}")
    assert refused.returncode == 2
    assert "mine.py: was not generated" in refused.stderr
    assert files(out) == before


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("years of work")
    assert generate(f"--out={tmp_path / 'out'}").returncode == 2
    assert files(tmp_path) == {"out": b"years of work"}


def test_a_contract_at_fault_leaves_the_old_code_whole(tmp_path: Path) -> None:
    contract, out = tmp_path / "contract.yaml", tmp_path / "out"
    contract.write_text(CONTRACT)
    generate(f"--contract={contract}", f"--out={out}")
    before = files(out)
    contract.write_text(CONTRACT.replace("format: uuid}}}", "format: uuid}}, $dynamicRef: '#a'}"))
    refused = generate(f"--contract={contract}", f"--out={out}")
    assert refused.returncode == 2
    assert "references that depend on who refers" in refused.stderr
    assert files(out) == before != {}


def test_generated_code_stands_on_the_framework_alone() -> None:
    roots = set()
    for path in (PROJECT / "generated").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                roots |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                roots.add(str(node.module).partition(".")[0])
    assert roots - set(sys.stdlib_module_names) == ALLOWED


def test_generated_code_is_typed_under_any_name(tmp_path: Path) -> None:
    name = package(tmp_path, CONTRACT).__name__
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "-p", name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", ["todos.py", "users.py", "models.py", "api.py"])
def test_a_generated_module_says_that_it_is_generated(name: str) -> None:
    first = (PROJECT / "generated" / name).read_text().splitlines()[0]
    assert first.startswith("# Written by scripts/generate")


def test_the_contract_is_kept_beside_the_code(tmp_path: Path) -> None:
    assert b'"operationId": "get_thing"' in render(tmp_path, CONTRACT)["openapi.json"]
