"""Statements that are built and compiled once, and run ever after with other values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Column, Executable
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel import bindparam
from sqlmodel.sql.sqltypes import UTCDateTime

from impl.core.wire import wire

# A parameter named like a column would be taken for its new value: hence the double underscore.
OWNER = "scope__owner"
NEW = "new__"  # before the name of a column that is written
DIALECT = dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so

type Row = tuple[Any, ...]


def bind[Value](name: str, kind: TypeEngine[Value]) -> BindParameter[Value]:
    """Return a parameter of a statement, to which each run gives its value."""
    return bindparam(name, type_=kind, required=False)


class Prepared:
    """A statement with parameters, of which `OWNER` is the owner whose rows it is about.

    Its other parameters get the values of their names, or of their columns' names after `NEW`.
    `writes` says whether it does more than read; `names` are those of its result's columns, and
    `nullable` those of them that may hold nulls.
    `sql`, `oids` and `formats` are what libpq sends: text with $1, $2, ..., and for each of these
    the type and the format (0 text, 1 binary) of its values.
    """

    __slots__ = (
        "_keys", "dumped", "formats", "names", "nullable", "oids", "processors", "sql",
        "statement", "writes",
    )  # fmt: skip

    dumped: Callable[[str, Mapping[str, object]], list[Any]]
    """Returns the parameters, for an owner and values, in their order and their formats.

    Raises `UnicodeEncodeError` and `psycopg.DataError` for values that cannot be stored.
    """

    def __init__(self, statement: Executable, *, writes: bool = False) -> None:
        compiled = statement.compile(  # type: ignore[attr-defined]  # all but DDL have it
            dialect=DIALECT, compile_kwargs={"render_postcompile": True}
        )
        self.statement = statement
        self.writes = writes
        self.sql = str(compiled).encode()
        self._take_parameters(compiled)
        self._take_columns(compiled)

    def _take_parameters(self, compiled: SQLCompiler) -> None:
        binds = [(name, compiled.binds[name]) for name in compiled.positiontup or ()]
        wires = [wire(each.type, DIALECT) for _, each in binds]
        self.oids = [each.oid for each in wires]
        self.formats: list[int] = [each.format for each in wires]
        # Of the constants that it meets, SQLAlchemy makes parameters with names of its own.
        constants = {name: each.value for name, each in binds if each.unique}
        self.dumped = _dumper([name for name, _ in binds], [each.dump for each in wires], constants)
        named = {name for name, _ in binds} - {OWNER, *constants}
        self._keys = {name: name.removeprefix(NEW) for name in named}
        if len(set(self._keys.values())) < len(named):
            raise ValueError("a column has the name of another parameter")

    def _take_columns(self, compiled: SQLCompiler) -> None:
        columns = compiled._result_columns  # noqa: SLF001 - what SQLAlchemy's own results read
        self.names = tuple(column.name for column in columns)
        self.nullable = frozenset(each.name for each in columns if _may_be_null(each.objects))
        self.processors = [
            (at, process)
            for at, column in enumerate(columns)
            if (process := _processor(column.type)) is not None
        ]

    def bound(self, owner_id: str, values: Mapping[str, object]) -> dict[str, object]:
        """Return the parameters by name."""
        return {OWNER: owner_id, **{name: values[key] for name, key in self._keys.items()}}

    def processed(self, rows: list[Row]) -> list[Row]:
        """Return rows as the types of their columns show them."""
        if not self.processors:
            return rows
        return [self._process(list(row)) for row in rows]

    def _process(self, row: list[Any]) -> Row:
        for at, process in self.processors:
            row[at] = process(row[at])
        return tuple(row)


def _dumper(
    names: Iterable[str], dumps: Sequence[Callable[[Any], Any]], constants: Mapping[str, object]
) -> Callable[[str, Mapping[str, object]], list[Any]]:
    """Return what dumps parameters: spelt out for their names, in half the time of a loop."""
    spelt = []
    for at, name in enumerate(names):
        # Whatever the values say, the owner's parameter is the owner.
        if name == OWNER:
            spelt.append(f"dumps[{at}](owner)")
        else:
            is_constant = name in constants
            held = f"constants[{name!r}]" if is_constant else f"values[{name.removeprefix(NEW)!r}]"
            spelt.append(f"None if (value := {held}) is None else dumps[{at}](value)")
    known = {"constants": constants, "dumps": dumps}
    dumper: Callable[[str, Mapping[str, object]], list[Any]]
    dumper = eval(f"lambda owner, values: [{', '.join(spelt)}]", known)  # noqa: S307 - of parameters' names
    return dumper


def _may_be_null(objects: Iterable[object]) -> bool:
    """Tell whether a null may come, by what SQLAlchemy knows of a result's column."""
    return not any(isinstance(each, Column) and not each.nullable for each in objects)


def _processor(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    # A lane loads points in time in UTC, which is all that this one asks for.
    if isinstance(kind, UTCDateTime):
        return None
    return kind.dialect_impl(DIALECT).result_processor(DIALECT, None)
