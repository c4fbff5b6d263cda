"""Leaks in what writes."""

from tests.leaks.leak import leak
from tests.leaks.reading import EXISTS

SCOPE, WRITING, TODOS = "impl/core/scope.py", "impl/core/writing.py", "impl/todos.py"
MIGRATION = "migrations/versions/0002_lists_and_tags.py"
LOCK = (
    WRITING,
    "rows = select(table.c.id).where(owned(table), _among(table))",
    "rows = select(table.c.id).where(_among(table))",
)

LEAKS = (
    leak(
        "one row is changed and removed by its id alone",
        (WRITING, "    one = [owned(table)]\n", "    one: list[ColumnElement[bool]] = []\n"),
    ),
    leak(
        "one row is removed by its id alone",
        (
            WRITING,
            "    matching = _one(table, keyed=True, versioned=versioned)\n",
            "    matching = _one(table, keyed=True, versioned=versioned)[1:]\n",
        ),
    ),
    leak(
        "one row is changed by its id alone",
        (
            WRITING,
            "    matching = _one(table, keyed=keyed, versioned=versioned)\n",
            "    matching = _one(table, keyed=keyed, versioned=versioned)[keyed:]\n",
        ),
    ),
    leak(
        "what a user has one of is anybody's",
        (
            WRITING,
            "    matching = _one(table, keyed=keyed, versioned=versioned)\n",
            "    matching = _one(table, keyed=keyed, versioned=versioned)[not keyed :]\n",
        ),
    ),
    leak(
        "whether a version is there is asked of everybody's rows",
        (
            WRITING,
            "return Prepared(select(table.c.owner_id).where(*_one(table, keyed=True)))",
            "return Prepared(select(table.c.owner_id).where(*_one(table, keyed=True)[1:]))",
        ),
    ),
    leak("several rows are looked for among everybody's", LOCK),
    leak(
        "several rows are changed, whoever owns them",
        LOCK,
        (
            WRITING,
            "return _changed(table, shown, names, owned(table), _among(table))",
            "return _changed(table, shown, names, _among(table))",
        ),
    ),
    leak(
        "several rows are removed, whoever owns them",
        LOCK,
        (
            WRITING,
            "return Prepared(delete(table).where(owned(table), _among(table)), writes=True)",
            "return Prepared(delete(table).where(_among(table)), writes=True)",
        ),
    ),
    leak(
        "rows are removed in bulk, whoever owns them",
        (
            WRITING,
            "return _counted(delete(table).where(owned(table), *conditions.clauses))",
            "return _counted(delete(table).where(*conditions.clauses))",
        ),
    ),
    leak(
        "a todo belongs to whom its body names",
        (
            "openapi.yaml",
            "      description: What its owner writes of a todo.\n"
            "      additionalProperties: false\n"
            "      required: [title]\n      properties:\n",
            "      description: What its owner writes of a todo.\n"
            "      additionalProperties: false\n"
            "      required: [title]\n      properties:\n"
            "        owner_id: {type: string}\n",
        ),
        (WRITING, 'SERVED = frozenset({"owner_id", "id",', 'SERVED = frozenset({"id",'),
        (
            WRITING,
            '{**_written(table, names), "owner_id": _owner(table)}',
            '{"owner_id": _owner(table), **_written(table, names)}',
        ),
    ),
    leak(
        "no two users may have tags of one name",
        (
            "impl/tables.py",
            'UniqueConstraint("owner_id", "name", name="tag_name_taken")',
            'UniqueConstraint("name", name="tag_name_taken")',
        ),
        (
            MIGRATION,
            'sa.UniqueConstraint("owner_id", "name", name="tag_name_taken")',
            'sa.UniqueConstraint("name", name="tag_name_taken")',
        ),
    ),
    leak(
        "a list that todos are put into need not exist",
        (
            MIGRATION,
            '    op.create_foreign_key(\n        "todo_list_exists",\n        "todo",\n'
            '        "list",\n        ["owner_id", "list_id"],\n        ["owner_id", "id"],\n'
            '        deferrable=True,\n        initially="DEFERRED",\n    )\n',
            "",
        ),
    ),
    leak(
        "a tag that a todo is marked with need not exist",
        (
            MIGRATION,
            '        reference("todo"),\n        reference("tag"),\n',
            '        reference("todo"),\n',
        ),
        fuzzed=False,
    ),
    leak(
        "a list of another user's is told from one that is not there",
        EXISTS,
        (
            TODOS,
            "    try:\n        todo = await scope.add(",
            "    here = col(ListRow.id) == body.list_id\n"
            "    if body.list_id and not await scope.exists(ListRow, here):\n"
            "        raise Problem(409)\n"
            "    try:\n        todo = await scope.add(",
        ),
        (TODOS, "import TodoRow, TodoTagRow", "import ListRow, TodoRow, TodoTagRow"),
    ),
)
