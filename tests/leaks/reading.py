"""Leaks in what reads."""

from tests.leaks.leak import leak

READING, SOURCE, READER = "impl/core/reading.py", "impl/core/source.py", "impl/core/reader.py"
TODOS = "impl/todos.py"
PAGE = "    rows: Select[Any] = select(*chosen).where(*source.conditions, *conditions.clauses)\n"
EXISTS = (
    READING,
    "select(*source.tables[0].primary_key).where(*source.conditions)",
    "select(*source.tables[0].primary_key)",
)
ANYONE = (
    READING,
    "def keyed(source: Source)",
    "@lru_cache(SHAPES)\ndef anyone(table: Any) -> Prepared:\n"
    '    """Select the row with the id `KEY`."""\n'
    "    return Prepared(select(table.c.id).where(table.c.id == bind(KEY, table.c.id.type)))\n"
    "\n\ndef keyed(source: Source)",
)

CACHE = leak(
    "what was read is kept without its owner",
    (
        READER,
        "class Reader:\n",
        "_KEPT: dict[tuple[int, str], Sequence[Row]] = {}\n\n\n"
        "async def _kept(\n"
        "    database: Transactions, owner: str, statement: Prepared, values: Mapping[str, Any]\n"
        ") -> Sequence[Row]:\n"
        "    key = (id(statement), repr(values))\n"
        "    if statement.writes:\n"
        "        _KEPT.clear()\n"
        "    if statement.writes or key not in _KEPT:\n"
        "        _KEPT[key] = await database.run(owner, statement, values)\n"
        "    return _KEPT[key]\n\n\n"
        "class Reader:\n",
    ),
    (READER, "partial(database.run, owner_id)", "partial(_kept, database, owner_id)"),
    (
        READER,
        "from collections.abc import Mapping\n",
        "from collections.abc import Mapping, Sequence\nfrom typing import Any\n",
    ),
    (
        READER,
        "from impl.core.problems import NotFound\n",
        "from impl.core.prepared import Prepared, Row\nfrom impl.core.problems import NotFound\n",
    ),
)
"""Rows above the database, where no policy reaches."""

LEAKS = (
    leak(
        "a row is read by its id alone",
        (
            READING,
            "return Prepared(_rows(source, view).where(keyed(source)))",
            "return Prepared(select(*source.columns(view)).where(keyed(source)))",
        ),
    ),
    leak(
        "a page is of everybody's rows",
        (READING, PAGE, PAGE.replace("*source.conditions, ", "")),
    ),
    leak(
        "a page that is filtered is of everybody's rows",
        (
            READING,
            PAGE,
            PAGE.replace(
                "*source.conditions, *conditions.clauses",
                "*(conditions.clauses or source.conditions)",
            ),
        ),
    ),
    leak(
        "a page after the first is of everybody's rows",
        (
            READING,
            PAGE,
            "    owner = source.conditions if start is Start.FIRST else ()\n"
            + PAGE.replace("*source.conditions", "*owner"),
        ),
    ),
    leak(
        "a search is of everybody's rows",
        (
            READING,
            PAGE,
            '    searching = "tsquery" in " ".join(map(str, conditions.clauses))\n'
            "    owner = () if searching else source.conditions\n"
            + PAGE.replace("*source.conditions", "*owner"),
        ),
    ),
    leak(
        "numbers are of everybody's rows",
        (
            READING,
            ".where(*source.conditions, *conditions.clauses[:kept])",
            ".where(*conditions.clauses[:kept])",
        ),
    ),
    leak("whether something exists is asked of everybody's rows", EXISTS),
    leak(
        "two tables are joined without their owner",
        (
            SOURCE,
            "    return Source((_table(of.table), _table(of.other)), (*owners, *links))\n",
            '    links = tuple(each for each in links if "owner_id" not in str(each))\n'
            "    return Source((_table(of.table), _table(of.other)), links)\n",
        ),
    ),
    leak(
        "the owner is compared with the owner",
        (
            SOURCE,
            "    return column == bind(OWNER, column.type)\n",
            "    return column == column  # noqa: PLR0124\n",
        ),
    ),
    leak(
        "a statement is kept with the owner that it was built for",
        (
            SOURCE,
            "    return column == bind(OWNER, column.type)\n",
            "    return column == FIRST[0] if FIRST else column == bind(OWNER, column.type)\n\n\n"
            "FIRST: list[str] = []\n",
        ),
        (
            READER,
            "        self._owner_id = owner_id\n",
            "        self._owner_id = owner_id\n        FIRST.append(owner_id)\n",
        ),
        (
            READER,
            "source import Join, Readable, source",
            "source import FIRST, Join, Readable, source",
        ),
    ),
    leak(
        "another user's row is forbidden instead of missing",
        (
            READER,
            "        if not found:\n            raise NotFound\n        return found[0]\n",
            "        if not found and await self._run(anyone(table.__table__), {KEY: key}):\n"
            "            raise Forbidden\n"
            "        if not found:\n            raise NotFound\n        return found[0]\n",
        ),
        (READER, "problems import NotFound", "problems import Forbidden, NotFound"),
        (READER, "reading import KEY,", "reading import KEY, anyone,"),
        ANYONE,
    ),
    leak(
        "what is missing is described by whose it is",
        (
            READER,
            "        if not found:\n            raise NotFound\n        return found[0]\n",
            "        if not found and await self._run(anyone(table.__table__), {KEY: key}):\n"
            '            raise Problem(404, "It belongs to another user.")\n'
            "        if not found:\n            raise NotFound\n        return found[0]\n",
        ),
        (READER, "problems import NotFound", "problems import NotFound, Problem"),
        (READER, "reading import KEY,", "reading import KEY, anyone,"),
        ANYONE,
    ),
    leak(
        "an entity tag is confirmed for what is another's",
        EXISTS,
        (
            TODOS,
            "    todo = await scope.get(TodoRow, todo_id, Todo)\n    if etags",
            '    if if_none_match == "*" and await scope.exists(TodoRow, col(TodoRow.id) == todo_id):\n'
            "        return GetTodoNotModified('\"1\"')\n"
            "    todo = await scope.get(TodoRow, todo_id, Todo)\n    if etags",
        ),
    ),
    leak(
        "a cursor opens for everybody",
        ("impl/core/paging.py", "query = (owner_id, order.column", "query = (order.column"),
    ),
)
