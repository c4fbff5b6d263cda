"""A review: a project asked every rule, and what comments allow of the findings."""

import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scripts.codegen.contract import Contract
from scripts.reviewing import suppressions
from scripts.reviewing.module import Module
from scripts.reviewing.project import CONTRACT, Project
from scripts.reviewing.rule import Fault, Finding, Rule
from scripts.reviewing.rules import RULES, itself
from scripts.reviewing.suppressions import Suppressed, Suppression
from scripts.reviewing.tables import declared


@dataclass(frozen=True)
class Review:
    """What was found, what of it is allowed, and the tables that are declared to have no owner."""

    project: Project
    findings: list[Finding]
    allowed: list[Suppressed]
    exceptions: list[Fault]

    @property
    def blocking(self) -> int:
        """How many findings must be mended."""
        return sum(each.is_blocking for each in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are only warned of."""
        return len(self.findings) - self.blocking


class RuleError(Exception):
    """A rule that failed; the text is one line that names it and the file that it was about."""


def review(project: Project, rules: Sequence[Rule] = RULES) -> Review:
    """Ask every rule about a project; raises `RuleError` where one fails."""
    comments = suppressions.suppressions(project.texts)
    found = (_finding(rule, _asked(rule, project)) for rule in rules)
    remaining, allowed = suppressions.apply((each for one in found for each in one), comments)
    remaining += _about_comments(comments, allowed, rules)
    return Review(project, sorted(remaining, key=_place), allowed, list(_exceptions(project)))


def _asked(rule: Rule, project: Project) -> Iterator[Fault]:
    """Yield what breaks a rule; what cannot be followed to its end breaks it as well."""
    try:
        yield from rule.check(project)
    except RecursionError:
        yield Fault("impl", 1, "names that stand for each other in a circle cannot be followed")
    except Exception as error:  # a rule's own fault, whatever it is, is to be named
        kind = type(error).__name__
        raise RuleError(f"{rule.id} {rule.name} failed on {_about(error)}: {kind}") from error


def _about(error: Exception) -> str:
    """Return the file that an error was about: that of the last module, or of the contract."""
    path = "what it reads"
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for held in frame.f_locals.values():
            if isinstance(held, Contract):
                path = CONTRACT
            elif isinstance(found := getattr(held, "module", held), Module):
                path = found.path
    return path


def _about_comments(
    comments: list[Suppression], allowed: list[Suppressed], rules: Sequence[Rule]
) -> Iterator[Finding]:
    known = [rule.id for rule in rules]
    yield from _finding(itself.NO_REASON, suppressions.without_reason(comments))
    yield from _finding(itself.UNKNOWN_RULE, suppressions.unknown(comments, known))
    yield from _finding(itself.UNUSED, suppressions.unused(comments, allowed, known))


def _finding(rule: Rule, faults: Iterable[Fault]) -> Iterator[Finding]:
    for fault in sorted(set(faults)):
        yield Finding(rule, fault)


def _place(finding: Finding) -> tuple[str, int, int, str]:
    fault = finding.fault
    return fault.path, fault.line, fault.column, finding.rule.id


def _exceptions(project: Project) -> Iterator[Fault]:
    for table in declared(project.names, [*project.implementation, *project.core]):
        if not table.is_owned and (reason := table.shared_because):
            what = f"{table.name} has no owner: {reason}"
            yield Fault(table.module.path, table.node.lineno, what)
