"""Where notes and folders are kept: SQLite, in memory.

Each statement names the owner; `everybody` is the fault of not having done so.
"""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

SCHEMA = """
CREATE TABLE folders (
    owner TEXT, id TEXT, name TEXT, PRIMARY KEY (owner, id), UNIQUE (owner, name)
);
CREATE TABLE notes (
    position INTEGER PRIMARY KEY, owner TEXT, id TEXT, folder_id TEXT, title TEXT, text TEXT,
    tags TEXT, updated_at TEXT, trashed INTEGER DEFAULT 0, UNIQUE (owner, id)
);
"""
NOTE = """
SELECT * FROM notes WHERE id = :id AND (owner = :owner OR :everybody) ORDER BY owner != :owner
"""
NOTES = """
SELECT * FROM notes
WHERE (owner = :owner OR :everybody) AND NOT trashed AND position > :after
  AND (:folder_id IS NULL OR folder_id = :folder_id)
  AND (:q IS NULL OR instr(title || ' ' || text, :q))
  AND (:tag IS NULL OR EXISTS (SELECT * FROM json_each(tags) WHERE value = :tag))
ORDER BY position LIMIT :limit
"""
ADD_NOTE = """
INSERT INTO notes (owner, id, folder_id, title, text, tags, updated_at)
VALUES (:owner, :id, :folder_id, :title, :text, :tags, :updated_at)
"""
CHANGE_NOTE = """
UPDATE notes
SET folder_id = :folder_id, title = :title, text = :text, tags = :tags, updated_at = :updated_at
WHERE owner = :owner AND id = :id
"""
FOLDER = "SELECT * FROM folders WHERE id = :id AND (owner = :owner OR :everybody)"

type Row = dict[str, Any]


class Store:
    """Notes and folders of everybody."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False, autocommit=True)
        self._database.row_factory = sqlite3.Row
        self._database.executescript(SCHEMA)

    def note(self, owner: str, note_id: UUID, *, everybody: bool = False) -> Row | None:
        """Return a note, in the trash or not."""
        return self._one(NOTE, owner=owner, id=str(note_id), everybody=everybody)

    def notes(self, owner: str, *, everybody: bool = False, **criteria: object) -> list[Row]:
        """Return the notes that meet the criteria `q`, `tag`, `folder_id`, `after` and `limit`."""
        plain = {"q": None, "tag": None, "folder_id": None, "after": 0, "limit": -1}
        return self._all(NOTES, **{**plain, **criteria}, owner=owner, everybody=everybody)

    def trashed(self, owner: str) -> int:
        """Return the number of notes in the trash."""
        return len(self._all("SELECT * FROM notes WHERE owner = :owner AND trashed", owner=owner))

    def save(self, owner: str, note_id: UUID, content: Row, *, new: bool) -> None:
        """Add or replace a note."""
        tags, now = json.dumps(content["tags"]), datetime.now(UTC).isoformat()
        values = {**content, "owner": owner, "id": str(note_id), "tags": tags, "updated_at": now}
        self._database.execute(ADD_NOTE if new else CHANGE_NOTE, values)

    def trash(self, note: Row, *, trashed: bool) -> None:
        """Put a note into the trash, or take it out."""
        values = {"position": note["position"], "trashed": trashed}
        self._database.execute(
            "UPDATE notes SET trashed = :trashed WHERE position = :position", values
        )

    def folder(self, owner: str, folder_id: UUID, *, everybody: bool = False) -> Row | None:
        """Return a folder."""
        return self._one(FOLDER, owner=owner, id=str(folder_id), everybody=everybody)

    def folders(self, owner: str) -> list[Row]:
        """Return the folders, by their names."""
        return self._all("SELECT * FROM folders WHERE owner = :owner ORDER BY name", owner=owner)

    def add_folder(self, owner: str, folder_id: UUID, name: str) -> None:
        """Add a folder; raises sqlite3.IntegrityError if there is one of this name."""
        values = (owner, str(folder_id), name)
        self._database.execute("INSERT INTO folders (owner, id, name) VALUES (?, ?, ?)", values)

    def rename_folder(self, folder: Row, name: str) -> None:
        """Rename a folder; raises sqlite3.IntegrityError if there is one of this name."""
        values = (name, folder["owner"], folder["id"])
        self._database.execute("UPDATE folders SET name = ? WHERE owner = ? AND id = ?", values)

    def remove_folder(self, folder: Row) -> None:
        """Remove a folder; its notes stay, in none."""
        values = (folder["owner"], folder["id"])
        self._database.execute(
            "UPDATE notes SET folder_id = NULL WHERE owner = ? AND folder_id = ?", values
        )
        self._database.execute("DELETE FROM folders WHERE owner = ? AND id = ?", values)

    def _all(self, statement: str, **values: object) -> list[Row]:
        return [dict(row) for row in self._database.execute(statement, values)]

    def _one(self, statement: str, **values: object) -> Row | None:
        return next(iter(self._all(statement, **values)), None)
