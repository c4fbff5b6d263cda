"""Views: rows as the Pydantic models that an implementation answers with."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    PlainValidator,
    TypeAdapter,
    WrapValidator,
)

from impl.core.prepared import Row

# What PostgreSQL's values are as they come from a lane.
LOADED = {bool, bytes, date, datetime, Decimal, float, int, NoneType, str, time, UUID}

RULES = (AfterValidator, BeforeValidator, PlainValidator, WrapValidator)

# What a model is made of, beyond the reach of `BaseModel.__setattr__`.
_keep_values, _keep_names, _keep_extra, _keep_private = (
    vars(BaseModel)[slot].__set__ for slot in BaseModel.__slots__
)

# Spelt out for the fields of a view, as `dataclasses` spells its methods out: in half the time that
# loops over their names would take.
CONSTRUCTOR = """
def construct(rows):
    built = []
    for row in rows:
        if {doubtful}:
            return validate(rows)
        one = new(view)
        keep_values(one, {{{values}}})
        keep_names(one, names)
        keep_extra(one, None)
        keep_private(one, None)
        built.append(one)
    return built
"""


def views[View: BaseModel](
    view: type[View], rows: Sequence[Row], nullable: frozenset[str] | None = None
) -> list[View]:
    """Build answers from rows whose first columns are the fields of the view, in their order.

    `nullable` are the columns that a null may be in; without it, any of them.
    """
    return _builder(view, nullable)(rows)


@cache
def _builder[View: BaseModel](
    view: type[View], nullable: frozenset[str] | None
) -> Callable[[Sequence[Row]], list[View]]:
    leaves = {
        name: _leaves(field.rebuild_annotation()) for name, field in view.model_fields.items()
    }
    plain = all(_is_loaded(leaf) for each in leaves.values() for leaf in each)
    holes = frozenset(leaves) if nullable is None else nullable
    return _constructor(view, leaves, holes) if plain and _is_bare(view) else _validator(view)


def _leaves(annotation: Any) -> list[Any]:
    """Return the types and literals that an annotation is made of."""
    if isinstance(annotation, TypeAliasType):
        return _leaves(annotation.__value__)
    if get_origin(annotation) in {Union, UnionType}:
        return [leaf for each in get_args(annotation) for leaf in _leaves(each)]
    if get_origin(annotation) is Annotated:
        rules = [each for each in annotation.__metadata__ if isinstance(each, RULES)]
        return [*_leaves(annotation.__origin__), *rules]
    return [annotation]


def _is_loaded(leaf: Any) -> bool:
    if get_origin(leaf) is Literal:
        return all(type(each) in LOADED for each in get_args(leaf))
    return any(leaf is each for each in LOADED)


def _is_bare(view: type[BaseModel]) -> bool:
    """Tell whether there is nothing to a view but its fields."""
    rules = view.__pydantic_decorators__
    every = (
        rules.validators,
        rules.field_validators,
        rules.root_validators,
        rules.model_validators,
    )
    return not any((*every, view.__pydantic_post_init__))


def _constructor[View: BaseModel](
    view: type[View], leaves: Mapping[str, Sequence[Any]], nullable: frozenset[str]
) -> Callable[[Sequence[Row]], list[View]]:
    """Return what `model_construct` is, without its search for aliases and defaults.

    The values are the tables', which refuse what the contract does, and serializing them finds
    out a wrong type. What it lets pass, nulls and literals, is looked at here.
    """
    allowed = [_allowed(each) for each in leaves.values()]
    doubts = ["False"]
    for at, (name, each) in enumerate(leaves.items()):
        if allowed[at]:
            doubts.append(f"row[{at}] not in allowed[{at}]")
        elif name in nullable and NoneType not in each:
            doubts.append(f"row[{at}] is None")
    spelt = CONSTRUCTOR.format(
        doubtful=" or ".join(doubts),
        values=", ".join(f"{name!r}: row[{at}]" for at, name in enumerate(leaves)),
    )
    known = {
        "allowed": allowed,
        "keep_extra": _keep_extra,
        "keep_names": _keep_names,
        "keep_private": _keep_private,
        "keep_values": _keep_values,
        "names": set(leaves),
        "new": view.__new__,
        "validate": _validator(view),
        "view": view,
    }
    exec(spelt, known)  # noqa: S102 - of field names
    construct: Callable[[Sequence[Row]], list[View]] = known["construct"]
    return construct


def _allowed(leaves: Sequence[Any]) -> set[Any]:
    """Return the values of a field of literals."""
    literals = [leaf for leaf in leaves if get_origin(leaf) is Literal]
    null = {None} if NoneType in leaves else set()
    return {value for leaf in literals for value in get_args(leaf)} | null if literals else set()


def _validator[View: BaseModel](view: type[View]) -> Callable[[Sequence[Row]], list[View]]:
    """Return what validates: that turns text into the members of enumerations, for example."""
    adapter: TypeAdapter[list[View]] = TypeAdapter(list[view])  # type: ignore[valid-type]  # known only now
    validate, names = adapter.validator.validate_python, tuple(view.model_fields)

    def validated(rows: Sequence[Row]) -> list[View]:
        every = [dict(zip(names, row, strict=False)) for row in rows]  # a page's rows have more
        # Never strictly, since a row has text where the view has something made of it.
        built: list[View] = validate(every, strict=False, by_name=True)
        return built

    return validated
