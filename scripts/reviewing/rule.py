"""Rules, and what breaks them."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from scripts.reviewing.module import Module

if TYPE_CHECKING:
    from scripts.reviewing.project import Project  # which itself says what breaks a rule

_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)


class Severity(StrEnum):
    """Whether a project may be delivered as it is."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Fault:
    """A place that breaks a rule; `line` and `column` count from 1, `what` is a sentence."""

    path: str
    line: int
    what: str
    column: int = 1


def at(module: Module, node: ast.AST, what: str) -> Fault:
    """Return the fault of a node."""
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    return Fault(module.path, line, what, column + 1)


type Check = Callable[["Project"], Iterator[Fault]]


@dataclass(frozen=True)
class Rule:
    """A rule: why it is one, how to mend what breaks it, and an example of either.

    An example is a small project: each of its files begins with a line `# file: its/path`.
    """

    id: str
    name: str
    why: str
    mend: str
    bad: str
    good: str
    check: Check
    severity: Severity = Severity.BLOCKING


@dataclass(frozen=True)
class Finding:
    """A fault and the rule that it breaks."""

    rule: Rule
    fault: Fault

    @property
    def is_blocking(self) -> bool:
        """Whether it must be mended."""
        return self.rule.severity is Severity.BLOCKING


def files(example: str) -> dict[str, str]:
    """Return the files of an example by their paths."""
    _, *parts = _FILE.split(example)
    return dict(zip(parts[::2], parts[1::2], strict=True))
