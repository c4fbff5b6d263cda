"""Criteria: the conditions that an implementation may put on the rows that it asks for."""

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
    Tuple,
    all_,
)
from sqlalchemy.orm import Mapped
from sqlalchemy.sql import visitors
from sqlalchemy.sql.operators import custom_op, in_op, not_in_op
from sqlalchemy.sql.visitors import InternalTraversal
from sqlmodel import ARRAY, Boolean, String, Text, TypeDecorator, any_, func, select
from sqlmodel import Enum as EnumType

from impl.core.owned import Owned
from impl.core.prepared import bind
from impl.core.source import Source, attribute, link, source

FUNCTIONS = frozenset(
    {"lower", "upper", "length", "char_length", "coalesce", "concat_ws", "now"}
    | {"to_tsvector", "websearch_to_tsquery"}
)
MATCHES = "@@"
LANGUAGE = "simple"  # words as they are written: a user's text may be of any language

# The kinds of elements, by SQLAlchemy's names for them, that only join others together.
JOINTS = frozenset(
    {"binary", "unary", "clauselist", "expression_clauselist", "grouping", "tuple"}
    | {"null", "true", "false"}
)
SHAPES = 1024  # kept at once


class Related(ColumnElement[bool]):
    """That another table has rows which meet `criteria`, and which a foreign key links to here."""

    __visit_name__ = "related"
    _traverse_internals = [  # noqa: RUF012 - as SQLAlchemy declares it
        ("table", InternalTraversal.dp_clauseelement),
        ("by", InternalTraversal.dp_string),
        ("criteria", InternalTraversal.dp_clauseelement_list),
    ]
    inherit_cache = True

    def __init__(
        self, table: type[Owned], criteria: Sequence[ColumnElement[bool]], by: str | None
    ) -> None:
        self.type = Boolean()
        self.source = source(table)
        self.table = self.source.tables[0]
        self.by = by
        self.criteria = [_expression(each) for each in criteria]


def related(
    table: type[Owned], *criteria: ColumnElement[bool], by: Mapped[Any] | None = None
) -> ColumnElement[bool]:
    """Return the criterion that a row of another table is linked to this one, and meets criteria.

    The foreign key between the tables links them, whichever of them refers to the other; `by` is
    the column that refers, wanted only where there are several.
    """
    return Related(table, criteria, attribute(by).key if by is not None else None)


def matching(words: str, *columns: Mapped[Any]) -> ColumnElement[bool]:
    """Return the criterion that columns hold words, as they are asked for in a search engine.

    `words` may be quoted, joined by `or`, and negated by `-`: PostgreSQL's `websearch_to_tsquery`.
    No index of the text serves it: `@@` might tell its operands, so row-level security has to
    choose the rows first. It looks through one owner's rows, which their own indexes find.
    """
    text = func.to_tsvector(LANGUAGE, func.concat_ws(" ", *columns))
    return text.bool_op(MATCHES)(func.websearch_to_tsquery(LANGUAGE, words))


class Conditions:
    """Criteria on a source, taken apart into their shape, which is kept, and their values.

    Two are equal when they are of one shape: then the same `clauses` serve both, each with its
    own `values`. Raises `TypeError` unless each criterion is about columns of the source.
    """

    __slots__ = ("_criteria", "_hash", "_key", "_parameters", "clauses", "source", "values")

    clauses: tuple[ColumnElement[bool], ...]
    values: Mapping[str, object]

    def __init__(self, source: Source, criteria: Sequence[ColumnElement[bool]]) -> None:
        self.source = source
        self._criteria = criteria
        keys = [_key(_expression(criterion)) for criterion in criteria]
        self._parameters = [each for _, parameters in keys for each in parameters]
        self._key = (source, *(key for key, _ in keys))
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
            yield _parameterised(self.source, criterion, names)


@lru_cache(SHAPES)
def _clauses(conditions: Conditions) -> tuple[ColumnElement[bool], ...]:
    return tuple(conditions.parameterised())


def _name(at: int) -> str:
    return f"criterion__{at}"


def _expression(criterion: object) -> ColumnElement[bool]:
    if not isinstance(criterion, ColumnElement):
        raise TypeError(f"a criterion is an expression on columns, not {type(criterion)}")
    return criterion


def _key(criterion: ColumnElement[bool]) -> tuple[object, list[BindParameter[Any]]]:
    """Return what tells shapes apart, and the values in the order of that."""
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


type Parameters = Mapping[BindParameter[Any], str]


def _parameterised(
    source: Source, criterion: ColumnElement[Any], names: Parameters
) -> ColumnElement[Any]:
    """Return a criterion on a source with its values taken out, and its relations spelt out."""
    _confine(source, criterion)

    def replacement(element: Any, **_: object) -> ColumnElement[Any] | None:
        if isinstance(element, Related):
            return _exists(source, element, names)
        if isinstance(element, BinaryExpression) and element.operator in {in_op, not_in_op}:
            return _membership(source, element, names)
        if isinstance(element, BindParameter):
            return bind(names[element], element.type)
        return None

    replaced: ColumnElement[Any] = visitors.replacement_traverse(criterion, {}, replacement)
    return replaced


def _exists(source: Source, related: Related, names: Parameters) -> ColumnElement[bool]:
    table = source.tables[0]
    there = [_parameterised(related.source, each, names) for each in related.criteria]
    linked = link(related.table, table, related.by)
    rows = select(*related.table.primary_key).where(*related.source.conditions, *linked, *there)
    return rows.correlate(table).exists()


def _membership(
    source: Source, element: BinaryExpression[Any], names: Parameters
) -> ColumnElement[bool]:
    if isinstance(element.left, Tuple):
        raise TypeError("a list of tuples is not for a criterion: join comparisons instead")
    # One array, however long the list is: the statement stays the same.
    left = _parameterised(source, element.left, names)
    items = bind(names[element.right], ARRAY(_item(element.right)))  # type: ignore[index]  # a parameter, as _fault sees to
    return left == any_(items) if element.operator is in_op else left != all_(items)


def _item(values: ColumnElement[Any]) -> Any:
    kind = values.type
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    # An array of a bounded type would be cast to it, which cuts text off in silence.
    bounded = isinstance(plain, String) and not isinstance(plain, EnumType)
    return Text() if bounded else kind


def _confine(source: Source, criterion: ColumnElement[Any]) -> None:
    """Raise `TypeError` unless a criterion is about columns of this source and nothing else.

    What may stand in a criterion is listed, rather than what may not: other tables, subqueries,
    text, and operators and functions of one's own choosing are all ways past the owner.
    """
    elements: list[Any] = [criterion]
    while elements:
        element = elements.pop()
        if isinstance(element, ClauseElement) and (fault := _fault(source, element)):
            raise TypeError(f"a criterion on {source.name} may not hold {fault}")
        # What is in it is confined to its own table, when it is spelt out.
        elements += [] if isinstance(element, Related) else element.get_children()


def _fault(source: Source, element: ClauseElement) -> str | None:
    operator = getattr(element, "operator", None)
    if isinstance(operator, custom_op) and operator.opstring != MATCHES:
        return "an operator of its own"
    if isinstance(element, Function):
        known = element.name in FUNCTIONS and not element.packagenames
        return None if known else f"the function {element.name}"
    if isinstance(element, BindParameter):
        return None if element.unique else "a parameter with a name of its own"
    if isinstance(element, ColumnClause):
        return None if source.holds(element) else f"the foreign column {element}"
    known = isinstance(element, Related) or element.__visit_name__ in JOINTS
    return None if known else f"a {element.__visit_name__}"
