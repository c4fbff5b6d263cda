"""Criteria: the conditions that an implementation may put on the rows of one table."""

from collections.abc import Sequence
from enum import Enum

from sqlalchemy import BindParameter, ClauseElement, ColumnClause, ColumnElement, Function, Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.operators import custom_op

FUNCTIONS = frozenset({"lower", "upper", "length", "char_length", "coalesce", "now"})

# The kinds of elements, by SQLAlchemy's names for them, that only join others together.
JOINTS = frozenset(
    {"binary", "unary", "clauselist", "expression_clauselist", "grouping", "tuple"}
    | {"null", "true", "false"}
)


def confine(table: Table, criteria: Sequence[object]) -> None:
    """Raise `TypeError` unless each criterion is about columns of this table and nothing else.

    What may stand in a criterion is listed, rather than what may not: other tables, subqueries,
    text, and operators and functions of one's own choosing are all ways past the owner.
    """
    for criterion in criteria:
        if not isinstance(criterion, ColumnElement):
            raise TypeError(f"a criterion is an expression on columns, not {type(criterion)}")
        for element in visitors.iterate(criterion):
            if isinstance(element, ClauseElement) and (fault := _fault(table, element)):
                raise TypeError(f"a criterion on {table.name} may not hold {fault}")


def _fault(table: Table, element: ClauseElement) -> str | None:
    if isinstance(getattr(element, "operator", None), custom_op):
        return "an operator of its own"
    if isinstance(element, Function):
        known = element.name in FUNCTIONS and not element.packagenames
        return None if known else f"the function {element.name}"
    if isinstance(element, BindParameter):
        values = element.value if isinstance(element.value, list | tuple) else [element.value]
        # psycopg would send the name of such a member instead of its value.
        named = any(isinstance(each, Enum) and not isinstance(each, str) for each in values)
        return "a member of an enumeration: compare with its value" if named else None
    if isinstance(element, ColumnClause):
        return None if table.c.contains_column(element) else f"the foreign column {element}"
    return None if element.__visit_name__ in JOINTS else f"a {element.__visit_name__}"
