"""Suppressions: comments that allow one finding, each with its reason.

`# review: allow FH104: the reason` stands on the line of the finding, or on the line above.
"""

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scripts.reviewing.rule import Fault, Finding

_COMMENT = re.compile(
    r"(?:#|//|--|<!--)\s*review:\s*(?P<word>\w+)?\s*(?P<rules>[A-Z]{2}\d{3}(?:\s*,\s*[A-Z]{2}\d{3})*)?"
    r"\s*(?::\s*(?P<reason>.*?))?\s*(?:-->\s*)?$"
)
_MARK = re.compile(r"(#|//|--|<!--)\s*review:")


@dataclass(frozen=True)
class Suppression:
    """A comment at `line` that allows findings of `rules` on the line `covers`."""

    path: str
    line: int
    covers: int
    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Suppressed:
    """A finding that a comment allows."""

    finding: Finding
    suppression: Suppression


def suppressions(texts: Mapping[str, str]) -> list[Suppression]:
    """Return the suppressions in files, by their paths."""
    return [each for path, text in texts.items() if "review:" in text for each in _in(path, text)]


def apply(
    findings: Iterable[Finding], every: Iterable[Suppression]
) -> tuple[list[Finding], list[Suppressed]]:
    """Return the findings that remain, and those that are allowed with a reason."""
    allowed = {(s.path, s.covers, rule): s for s in every if s.reason for rule in s.rules}
    remaining, suppressed = [], []
    for finding in findings:
        found = allowed.get((finding.fault.path, finding.fault.line, finding.rule.id))
        if found:
            suppressed.append(Suppressed(finding, found))
        else:
            remaining.append(finding)
    return remaining, suppressed


def without_reason(every: Iterable[Suppression]) -> Iterator[Fault]:
    """Yield the suppressions that say no reason, or cannot be read."""
    for each in every:
        if not each.rules:
            yield Fault(each.path, each.line, "the comment is not `review: allow FH101: reason`")
        elif not each.reason:
            yield Fault(each.path, each.line, f"no reason is given to allow {each.rules[0]}")


def unknown(every: Iterable[Suppression], rules: Iterable[str]) -> Iterator[Fault]:
    """Yield the suppressions of rules that there are not."""
    known = set(rules)
    for each in every:
        for rule in each.rules:
            if rule not in known:
                yield Fault(each.path, each.line, f"there is no rule {rule}")


def unused(
    every: Iterable[Suppression], used: Iterable[Suppressed], rules: Iterable[str]
) -> Iterator[Fault]:
    """Yield the suppressions that nothing is allowed by."""
    known = set(rules)
    taken = {(each.suppression, each.finding.rule.id) for each in used}
    for each in every:
        for rule in each.rules:
            if each.reason and rule in known and (each, rule) not in taken:
                yield Fault(each.path, each.line, f"nothing here breaks {rule}")


def _in(path: str, text: str) -> Iterator[Suppression]:
    lines = text.splitlines()
    comments = list(_comments(path, text, lines))
    alone = {line for line, column, _ in comments if not lines[line - 1][:column].strip()}
    for line, _, comment in comments:
        match = _COMMENT.match(comment)
        covers = line
        while covers in alone:
            covers += 1
        named = match["rules"] if match and match["word"] == "allow" else None
        rules = tuple(re.split(r"\s*,\s*", named)) if named else ()
        yield Suppression(path, line, covers, rules, (match["reason"] or "") if match else "")


def _comments(path: str, text: str, lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the comments that are about the review: line, column and text."""
    if path.endswith(".py"):
        yield from _tokens(text)
        return
    for number, line in enumerate(lines, 1):
        mark = _MARK.search(line)
        if mark and (mark[1] == "<!--" or not path.endswith(".md")):
            yield number, mark.start(), line[mark.start() :].rstrip()


def _tokens(text: str) -> Iterator[tuple[int, int, str]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and _MARK.match(token.string):
                yield *token.start, token.string
    except (tokenize.TokenError, SyntaxError):
        return  # what no parser takes is a finding of its own
