"""Every rule: its examples are what they say, and it can be explained."""

from pathlib import Path

import pytest

from scripts.reviewing.report import explained, listed
from scripts.reviewing.rule import Rule, files
from scripts.reviewing.rules import RULES
from tests.reviewed import reviewed, rules

NAMES = [rule.id for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_bad_example_of_a_rule_breaks_it(rule: Rule, tmp_path: Path) -> None:
    assert rule.id in rules(tmp_path, files(rule.bad))


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_good_example_of_a_rule_keeps_it(rule: Rule, tmp_path: Path) -> None:
    assert rule.id not in rules(tmp_path, files(rule.good))


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_good_example_of_a_rule_is_read_as_a_whole(rule: Rule, tmp_path: Path) -> None:
    unread = {"FH901", "FH902"}
    assert not unread & rules(tmp_path, files(rule.good))


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_is_explained_with_both_examples(rule: Rule) -> None:
    text = explained(rule)
    assert text.startswith(f"{rule.id} {rule.name} ({rule.severity})")
    assert rule.why in text
    assert rule.mend in text
    for example in (rule.bad, rule.good):
        assert all(f"    {path}:" in text for path in files(example))


def test_rules_are_numbered_and_named_once() -> None:
    assert len(set(NAMES)) == len({rule.name for rule in RULES}) == len(RULES)
    assert sorted(NAMES) == NAMES


def test_every_rule_is_listed() -> None:
    assert [line.split()[0] for line in listed().splitlines()] == NAMES


def test_the_finding_of_an_example_says_where_it_is(tmp_path: Path) -> None:
    rule = next(each for each in RULES if each.id == "FH101")
    found = reviewed(tmp_path, files(rule.bad)).findings
    places = {(each.fault.path, each.fault.line) for each in found if each.rule is rule}
    assert places == {("impl/todos.py", 1), ("impl/todos.py", 5)}
