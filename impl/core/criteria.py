"""Criteria: the conditions that an implementation may put on the rows of one table."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    ClauseElement,
    ColumnClause,
    ColumnElement,
    Function,
    Table,
    Tuple,
    all_,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.operators import custom_op, in_op, not_in_op
from sqlmodel import ARRAY, String, Text, TypeDecorator, any_
from sqlmodel import Enum as EnumType

from impl.core.prepared import bind

FUNCTIONS = frozenset({"lower", "upper", "length", "char_length", "coalesce", "now"})

# The kinds of elements, by SQLAlchemy's names for them, that only join others together.
JOINTS = frozenset(
    {"binary", "unary", "clauselist", "expression_clauselist", "grouping", "tuple"}
    | {"null", "true", "false"}
)
SHAPES = 1024  # kept at once


class Conditions:
    """Criteria on one table, taken apart into their shape, which is kept, and their values.

    Two are equal when they are of one shape: then the same `clauses` serve both, each with its
    own `values`. Raises `TypeError` unless each criterion is about columns of the table.
    """

    __slots__ = ("_criteria", "_hash", "_key", "_parameters", "clauses", "table", "values")

    clauses: tuple[ColumnElement[bool], ...]
    values: Mapping[str, object]

    def __init__(self, table: Table, criteria: Sequence[ColumnElement[bool]]) -> None:
        self.table = table
        self._criteria = criteria
        keys = [_key(criterion) for criterion in criteria]
        self._parameters = [each for _, parameters in keys for each in parameters]
        self._key = (table, *(key for key, _ in keys))
        self._hash = hash(self._key)
        self.clauses = _clauses(self)
        self.values = {
            _name(at): _plain(each.effective_value) for at, each in enumerate(self._parameters)
        }

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Conditions) and self._key == other._key)

    def parameterised(self) -> Iterator[ColumnElement[bool]]:
        """Return the criteria with a named parameter in the place of each value."""
        names = {each: _name(at) for at, each in enumerate(self._parameters)}
        for criterion in self._criteria:
            _confine(self.table, criterion)
            yield _parameterised(criterion, names)


@lru_cache(SHAPES)
def _clauses(conditions: Conditions) -> tuple[ColumnElement[bool], ...]:
    return tuple(conditions.parameterised())


def _name(at: int) -> str:
    return f"criterion__{at}"


def _key(criterion: object) -> tuple[object, list[BindParameter[Any]]]:
    """Return what tells shapes apart, and the values in the order of that."""
    if not isinstance(criterion, ColumnElement):
        raise TypeError(f"a criterion is an expression on columns, not {type(criterion)}")
    # The key by which SQLAlchemy itself finds compiled statements.
    found = criterion._generate_cache_key()  # noqa: SLF001 - nothing public tells shapes apart
    if found is not None:
        return found.key, list(found.bindparams)
    parameters = (each for each in visitors.iterate(criterion) if isinstance(each, BindParameter))
    return object(), list(dict.fromkeys(parameters))


def _plain(value: object) -> object:
    """Return a value as it may be compared with; raise `TypeError` if it may not."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum) and not isinstance(value, str):
        # Its name might be sent instead of its value.
        raise TypeError("compare with the value of an enumeration's member, not with the member")
    return value


def _parameterised(
    criterion: ColumnElement[Any], names: Mapping[BindParameter[Any], str]
) -> ColumnElement[Any]:
    def replacement(element: Any, **_: object) -> ColumnElement[Any] | None:
        if isinstance(element, BinaryExpression) and element.operator in {in_op, not_in_op}:
            if isinstance(element.left, Tuple):
                raise TypeError("a list of tuples is not for a criterion: join comparisons instead")
            # One array, however long the list is: the statement stays the same.
            left = _parameterised(element.left, names)
            items = bind(names[element.right], ARRAY(_item(element.right)))  # type: ignore[index]  # a parameter, as _fault sees to
            return left == any_(items) if element.operator is in_op else left != all_(items)
        if isinstance(element, BindParameter):
            return bind(names[element], element.type)
        return None

    replaced: ColumnElement[Any] = visitors.replacement_traverse(criterion, {}, replacement)
    return replaced


def _item(values: ColumnElement[Any]) -> Any:
    kind = values.type
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    # An array of a bounded type would be cast to it, which cuts text off in silence.
    bounded = isinstance(plain, String) and not isinstance(plain, EnumType)
    return Text() if bounded else kind


def _confine(table: Table, criterion: ColumnElement[Any]) -> None:
    """Raise `TypeError` unless a criterion is about columns of this table and nothing else.

    What may stand in a criterion is listed, rather than what may not: other tables, subqueries,
    text, and operators and functions of one's own choosing are all ways past the owner.
    """
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
        return None if element.unique else "a parameter with a name of its own"
    if isinstance(element, ColumnClause):
        return None if table.c.contains_column(element) else f"the foreign column {element}"
    return None if element.__visit_name__ in JOINTS else f"a {element.__visit_name__}"
