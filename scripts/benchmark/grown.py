"""scripts/serve with a contract of 1,000 further operations, for the benchmark of growth."""

import copy
import sys
from pathlib import Path

import yaml

from impl import todos
from impl.app import PROJECT
from scripts.serving.__main__ import main

FURTHER = 1_000
MODEL = "/api/todos/{todo_id}"


def operations() -> list[str]:
    """Return the operation ids that are added."""
    return [f"get_further_{number:04}" for number in range(FURTHER)]


def write_contract(path: Path) -> None:
    """Write the contract, and in it for each further operation a copy of the reading of a todo."""
    document = yaml.safe_load((PROJECT / "openapi.yaml").read_text())
    model = document["paths"][MODEL]
    for name in operations():
        operation = copy.deepcopy(model["get"])
        operation["operationId"] = name
        item = {"parameters": model["parameters"], "get": operation}
        document["paths"][f"/api/{name.replace('_', '-')}/{{todo_id}}"] = item
    path.write_text(yaml.safe_dump(document, sort_keys=False))


if __name__ == "__main__":
    for added in operations():
        setattr(todos, added, todos.get_todo)
    sys.exit(main())
