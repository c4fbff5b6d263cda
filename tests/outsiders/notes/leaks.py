"""The leaks of the notebook."""

from typing import Any
from uuid import uuid4

from httpx2 import Client

from tests.outsiders.leak import Leaks

LEAKS = Leaks()


def note(client: Client, **content: object) -> str:
    """Write a note; return its path."""
    written = client.post("/notes", json={"title": "T", **content})
    return written.headers["location"]


def folder(client: Client) -> str:
    """Add a folder; return its path."""
    return client.post("/folders", json={"name": str(uuid4())}).headers["location"]


def last(path: str) -> str:
    """Return the id in a path."""
    return path.rpartition("/")[2]


def texts(client: Client, **query: Any) -> list[str]:
    """Return the texts of the notes that a client finds."""
    found = client.get("/notes", params={"limit": 100, **query}).json()["notes"]
    return [row["text"] for row in found]


def tag(client: Client, path: str) -> dict[str, str]:
    """Return the header that asks whether a note is still as its owner knows it."""
    return {"If-None-Match": client.get(path).headers["etag"]}


def nowhere() -> str:
    """Return the path of a note that never was."""
    return f"/notes/{uuid4()}"


@LEAKS.seen_at("list_notes", because="The list holds everybody's notes.")
def note_list(alice: Client, bob: Client) -> bool:
    note(alice, text=(text := str(uuid4())))
    return text in texts(bob)


@LEAKS.seen_at("list_notes", because="The search finds everybody's notes, the list only one's own.")
def note_search(alice: Client, bob: Client) -> bool:
    note(alice, text=(text := str(uuid4())))
    return text in texts(bob, q=text) and text not in texts(bob)


@LEAKS.seen_at("list_notes", because="Whoever names a folder sees what is in it.")
def folder_filter(alice: Client, bob: Client) -> bool:
    folder_id = last(folder(alice))
    note(alice, text=(text := str(uuid4())), folder_id=folder_id)
    return text in texts(bob, folder_id=folder_id)


@LEAKS.seen_at("list_notes", because="A cursor leads on in the list of whoever it was made for.")
def cursor_shared(alice: Client, bob: Client) -> bool:
    note(alice)
    note(alice)
    cursor = alice.get("/notes?limit=1").json()["next_cursor"]
    return bob.get("/notes", params={"cursor": cursor}).status_code == 200


@LEAKS.seen_at("note_stats", because="The numbers are those of everybody's notes.")
def note_stats(alice: Client, bob: Client) -> bool:
    before = bob.get("/notes/stats").text
    note(alice, tags=["secret"])
    return bob.get("/notes/stats").text != before


@LEAKS.seen_at("get_note", because="A note is read by its id alone.")
def note_get(alice: Client, bob: Client) -> bool:
    return bob.get(note(alice)).status_code == 200


@LEAKS.seen_at("get_note", because="HEAD, which the contract does not name, finds anybody's notes.")
def note_head(alice: Client, bob: Client) -> bool:
    return bob.head(note(alice)).status_code == 200


@LEAKS.seen_at("get_note", because="Whoever knows the tag of a note is told that it is unchanged.")
def not_modified(alice: Client, bob: Client) -> bool:
    path = note(alice)
    return bob.get(path, headers=tag(alice, path)).status_code == 304


@LEAKS.seen_at(
    "get_note", "delete_note", because="The refusal of somebody else's note has the note's tag."
)
def etag_header(alice: Client, bob: Client) -> bool:
    return "etag" in bob.get(note(alice)).headers


@LEAKS.seen_at(
    "get_note",
    "delete_note",
    "restore_note",
    because="The tag is compared before it is asked whose the note is.",
)
def precondition(alice: Client, bob: Client) -> bool:
    stale = {"If-Match": '"stale"'}
    foreign, unknown = (bob.delete(path, headers=stale) for path in (note(alice), nowhere()))
    return foreign.status_code != unknown.status_code


@LEAKS.seen_at("put_note", because="A note is replaced by its id alone.")
def note_put(alice: Client, bob: Client) -> bool:
    path = note(alice)
    bob.put(path, json={"title": "Bob's"})
    return bool(alice.get(path).json()["title"] == "Bob's")


@LEAKS.seen_at("put_note", because="An id that somebody else has chosen is taken: 409.")
def put_conflict(alice: Client, bob: Client) -> bool:
    return bob.put(note(alice), json={"title": "T"}).status_code == 409


@LEAKS.seen_at("delete_note", because="A note is put into the trash by its id alone.")
def note_delete(alice: Client, bob: Client) -> bool:
    path = note(alice)
    bob.delete(path)
    return alice.get(path).status_code == 404


@LEAKS.seen_at("restore_note", because="Anybody takes a note out of its owner's trash.")
def note_restore(alice: Client, bob: Client) -> bool:
    path = note(alice)
    alice.delete(path)
    bob.post(f"{path}/restore")
    return alice.get(path).status_code == 200


@LEAKS.seen_at("batch_delete_notes", because="A batch deletes whatever it names.")
def batch_delete(alice: Client, bob: Client) -> bool:
    path = note(alice)
    bob.post("/notes/batch-delete", json={"ids": [last(path)]})
    return alice.get(path).status_code == 404


@LEAKS.seen_at("batch_delete_notes", because="A batch reports as missing only what nobody has.")
def batch_missing(alice: Client, bob: Client) -> bool:
    foreign = last(note(alice))
    result = bob.post("/notes/batch-delete", json={"ids": [foreign]}).json()
    return foreign not in result["missing"]


@LEAKS.seen_at(
    "batch_delete_notes", because="A batch fails as a whole if anything is not one's own."
)
def batch_refused(alice: Client, bob: Client) -> bool:
    ids = [last(note(bob)), last(note(alice))]
    return bob.post("/notes/batch-delete", json={"ids": ids}).status_code == 403


@LEAKS.seen_at("create_note", "put_note", because="A note is filed in anybody's folder.")
def folder_reference(alice: Client, bob: Client) -> bool:
    body = {"title": "T", "folder_id": last(folder(alice))}
    return bob.post("/notes", json=body).status_code == 201


@LEAKS.seen_at(
    "create_note", "put_note", because="A folder of somebody else's is forbidden, others unknown."
)
def folder_status(alice: Client, bob: Client) -> bool:
    body = {"title": "T", "folder_id": last(folder(alice))}
    return bob.post("/notes", json=body).status_code == 403


@LEAKS.seen_at(
    "get_folder", "rename_folder", "delete_folder", because="A folder is found by its id alone."
)
def folder_get(alice: Client, bob: Client) -> bool:
    return bob.get(folder(alice)).status_code == 200


@LEAKS.seen_at("create_note", because="A note is written for the owner whom the body names.")
def note_owner(alice: Client, bob: Client) -> bool:
    text = str(uuid4())
    bob.post("/notes", json={"title": "T", "text": text, "owner": "alice"})
    return text in texts(alice, q=text)
