"""The leaks of the clinic."""

from uuid import uuid4

from httpx2 import Client

from tests.outsiders.leak import Leaks

LEAKS = Leaks()
ALICE, BOB = "/users/usr_alice", "/users/usr_bob"
FILE = {"file": ("x-ray", b"bones")}


def patient(client: Client, user: str) -> str:
    """Add a patient; return the id."""
    added = client.post(f"{user}/patients", json={"name": "P"})
    return str(added.json()["patient_id"])


def attachment(client: Client, user: str, patient_id: str) -> str:
    """Add a file to a patient; return its id."""
    added = client.post(f"{user}/patients/{patient_id}/attachments", files=FILE)
    return str(added.json()["attachment_id"])


def appointment(client: Client, user: str) -> str:
    """Make an appointment; return its id."""
    body = {"patient_id": patient(client, user), "starts_at": "2026-12-01T09:00:00Z"}
    return str(client.post(f"{user}/appointments", json=body).json()["appointment_id"])


def referring(client: Client, patient_id: str) -> tuple[int, str]:
    """Return how an appointment of Bob's for a patient is answered."""
    body = {"patient_id": patient_id, "starts_at": "2026-12-01T09:00:00Z"}
    made = client.post(f"{BOB}/appointments", json=body)
    return made.status_code, made.json().get("code", "")


def exported(client: Client, export: str) -> list[str]:
    """Return the names in an export, when it is done."""
    client.get(f"/exports/{export}")
    answer = client.get(f"/exports/{export}")
    return [row["name"] for row in answer.json()["patients"]] if answer.is_success else []


def export(client: Client, body: dict[str, list[str]]) -> str:
    """Start an export; return its id, or nothing if it is refused."""
    return str(client.post("/exports", json=body).json().get("export_id", ""))


@LEAKS.seen_at(
    "list_patients",
    "get_patient",
    "list_appointments",
    "count_appointments",
    "list_attachments",
    "get_appointment",
    "download",
    because="The user of the path need not be the one who calls.",
)
def user_path(alice: Client, bob: Client) -> bool:
    patient_id = patient(alice, ALICE)
    return patient_id in bob.get(f"{ALICE}/patients").text


@LEAKS.seen_at(
    "list_patients",
    "list_appointments",
    "count_appointments",
    "add_patient",
    because="A user who exists is forbidden, one who does not is not found.",
)
def user_exists(alice: Client, bob: Client) -> bool:  # noqa: ARG001 - that there is one is enough
    known, unknown = (bob.get(f"/users/usr_{name}/patients") for name in ("alice", "nobody"))
    return known.status_code != unknown.status_code


@LEAKS.seen_at("list_patients", because="The list holds everybody's patients.")
def patient_list(alice: Client, bob: Client) -> bool:
    return patient(alice, ALICE) in bob.get(f"{BOB}/patients").text


@LEAKS.seen_at("get_patient", because="A patient is read by the id alone.")
def patient_get(alice: Client, bob: Client) -> bool:
    return bob.get(f"{BOB}/patients/{patient(alice, ALICE)}").status_code == 200


@LEAKS.seen_at("change_patient", because="Changing somebody else's patient fails inside: 500.")
def patient_crash(alice: Client, bob: Client) -> bool:
    path = f"{BOB}/patients/{patient(alice, ALICE)}"
    return bob.patch(path, json={}).status_code == 500


@LEAKS.seen_at("remove_patient", because="Removing somebody else's patient is forbidden: 403.")
def patient_forbidden(alice: Client, bob: Client) -> bool:
    return bob.delete(f"{BOB}/patients/{patient(alice, ALICE)}").status_code == 403


@LEAKS.seen_at("add_patient", "list_patients", because="The body says whose patient it is.")
def patient_owner(alice: Client, bob: Client) -> bool:
    name = str(uuid4())
    bob.post(f"{BOB}/patients", json={"name": name, "user_id": "usr_alice"})
    return name in alice.get(f"{ALICE}/patients").text


@LEAKS.seen_at("add_patient", because="An idempotency key answers whoever sends it.")
def idempotency_shared(alice: Client, bob: Client) -> bool:
    key, body = {"Idempotency-Key": str(uuid4())}, {"name": "P"}
    one, other = (
        client.post(f"{user}/patients", json=body, headers=key).json()
        for client, user in ((alice, ALICE), (bob, BOB))
    )
    return bool(one["patient_id"] == other["patient_id"])


@LEAKS.seen_at("list_attachments", because="The files of any patient are listed.")
def attachment_list(alice: Client, bob: Client) -> bool:
    path = f"{BOB}/patients/{patient(alice, ALICE)}/attachments"
    return bob.get(path).status_code == 200


@LEAKS.seen_at("attach", "list_attachments", because="Anybody adds files to any patient.")
def attachment_add(alice: Client, bob: Client) -> bool:
    patient_id = patient(alice, ALICE)
    bob.post(f"{BOB}/patients/{patient_id}/attachments", files=FILE)
    return "attachment_id" in alice.get(f"{ALICE}/patients/{patient_id}/attachments").text


@LEAKS.seen_at("download", "detach", because="A file is found below any patient of one's own.")
def attachment_parent(alice: Client, bob: Client) -> bool:
    foreign = attachment(alice, ALICE, patient(alice, ALICE))
    path = f"{BOB}/patients/{patient(bob, BOB)}/attachments/{foreign}"
    return bob.get(path).content == b"bones"


@LEAKS.seen_at("list_appointments", because="Whoever names a patient sees the appointments.")
def appointment_filter(alice: Client, bob: Client) -> bool:
    seen = appointment(alice, ALICE)
    of = alice.get(f"{ALICE}/appointments/{seen}").json()["patient_id"]
    return seen in bob.get(f"{BOB}/appointments?patient_id={of}").text


@LEAKS.seen_at("count_appointments", because="Everybody's appointments are counted.")
def appointment_count(alice: Client, bob: Client) -> bool:
    before = bob.get(f"{BOB}/appointments/count").text
    appointment(alice, ALICE)
    return bob.get(f"{BOB}/appointments/count").text != before


@LEAKS.seen_at(
    "make_appointment", "move_appointment", because="An appointment is made for anybody's patient."
)
def appointment_reference(alice: Client, bob: Client) -> bool:
    return referring(bob, patient(alice, ALICE))[0] == 201


@LEAKS.seen_at(
    "make_appointment",
    "move_appointment",
    "start_export",
    because="The code tells a patient of somebody else from one who never was.",
)
def appointment_text(alice: Client, bob: Client) -> bool:
    return referring(bob, patient(alice, ALICE)) != referring(bob, "pat_nobody")


@LEAKS.seen_at("move_appointment", because="An appointment is replaced by its id alone.")
def appointment_move(alice: Client, bob: Client) -> bool:
    path = f"/appointments/{appointment(alice, ALICE)}"
    body = {"patient_id": patient(bob, BOB), "starts_at": "2026-12-02T09:00:00Z"}
    bob.put(BOB + path, json=body)
    return bool(alice.get(ALICE + path).json()["patient_id"] == body["patient_id"])


@LEAKS.seen_at("cancel_appointment", because="An appointment is cancelled by its id alone.")
def appointment_cancel(alice: Client, bob: Client) -> bool:
    path = f"/appointments/{appointment(alice, ALICE)}"
    bob.delete(BOB + path)
    return alice.get(ALICE + path).status_code == 404


@LEAKS.seen_at("get_export", "start_export", because="An export holds everybody's patients.")
def export_everybody(alice: Client, bob: Client) -> bool:
    name = str(uuid4())
    alice.post(f"{ALICE}/patients", json={"name": name})
    return name in exported(bob, export(bob, {}))


@LEAKS.seen_at("start_export", because="An export may name anybody's patients.")
def export_reference(alice: Client, bob: Client) -> bool:
    return exported(bob, export(bob, {"patient_ids": [patient(alice, ALICE)]})) == ["P"]


@LEAKS.seen_at("get_export", because="An export is fetched by its id alone.")
def export_get(alice: Client, bob: Client) -> bool:
    return bob.get(f"/exports/{export(alice, {})}").status_code == 200


@LEAKS.seen_at("get_export", because="An export is fetched without a key.")
def export_open(alice: Client, bob: Client) -> bool:
    with Client(base_url=bob.base_url, trust_env=False) as nobody:
        return nobody.get(f"/exports/{export(alice, {})}").status_code == 200


@LEAKS.seen_at(
    "list_sessions",
    "open_session",
    "start_export",
    because="A key that nobody has opens the door.",
)
def key_unchecked(alice: Client, bob: Client) -> bool:  # noqa: ARG001 - a stranger shows it
    with Client(base_url=bob.base_url, trust_env=False) as nobody:
        return nobody.get("/sessions", headers={"X-Api-Key": "made up"}).status_code == 200


@LEAKS.seen_at("refresh_session", because="Anybody's token renews its session.")
def session_refresh(alice: Client, bob: Client) -> bool:
    token = alice.post("/sessions").json()["refresh_token"]
    return bob.post("/sessions/refresh", json={"refresh_token": token}).status_code == 200


@LEAKS.seen_at("close_session", because="A session is closed by its id alone.")
def session_close(alice: Client, bob: Client) -> bool:
    session = alice.post("/sessions").json()["session_id"]
    return bob.delete(f"/sessions/{session}").status_code == 204
