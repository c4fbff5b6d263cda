"""The rules, in the order of their numbers."""

from scripts.reviewing.rule import Rule
from scripts.reviewing.rules import (
    answers,
    capability,
    contract,
    functions,
    gate,
    itself,
    keys,
    logs,
    migrations,
    owners,
    queries,
    references,
    rows,
    schema,
    secrets,
    sql,
    storage,
    transactions,
)

_SUBJECTS = (
    capability,
    sql,
    owners,
    storage,
    answers,
    functions,
    queries,
    rows,
    transactions,
    keys,
    gate,
    schema,
    references,
    migrations,
    contract,
    secrets,
    logs,
    itself,
)

RULES: tuple[Rule, ...] = tuple(
    sorted((rule for each in _SUBJECTS for rule in each.RULES), key=lambda rule: rule.id)
)
