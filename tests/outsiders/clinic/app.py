"""The clinic's API: patients, their files and appointments, of each user who treats them."""

from typing import Annotated

from fastapi import APIRouter, FastAPI, File, Form, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as Refusal

from tests.outsiders.clinic.identity import Caller, Owner, identify
from tests.outsiders.clinic.models import (
    Appointment,
    AppointmentContent,
    Attachment,
    Count,
    Export,
    ExportContent,
    Owned,
    Patient,
    PatientChange,
    PatientContent,
    Renewal,
    Session,
)
from tests.outsiders.leak import seeded

PATIENTS: dict[str, Patient] = {}
ATTACHMENTS: dict[str, Attachment] = {}
APPOINTMENTS: dict[str, Appointment] = {}
EXPORTS: dict[str, Export] = {}
SESSIONS: dict[str, Session] = {}
REPEATABLE: dict[tuple[str, str], Patient] = {}
"""What was created, by whom, and with which idempotency key."""

app = FastAPI(openapi_url=None)
app.middleware("http")(identify)
api = APIRouter(prefix="/api")
mine = APIRouter(prefix="/users/{user_id}")


@app.exception_handler(Refusal)
async def refuse(_: Request, fault: Refusal) -> Response:
    """Answer what the operations raise."""
    return JSONResponse({"code": fault.detail}, fault.status_code, fault.headers)


@app.exception_handler(RequestValidationError)
async def correct(_: Request, __: RequestValidationError) -> Response:
    """Answer a request that is not as the contract has it."""
    return JSONResponse({"code": "not_valid"}, 422)


def own[T: Owned](rows: dict[str, T], owner: str, key: str, leak: str = "") -> T:
    """Return one of the owner's; raises 404."""
    row = rows.get(key)
    if row is None or (row.user_id != owner and not seeded(leak)):
        raise HTTPException(404, "not_found")
    return row


def all_own[T: Owned](rows: dict[str, T], owner: str, leak: str = "") -> list[T]:
    """Return all that is the owner's."""
    return [row for row in rows.values() if row.user_id == owner or seeded(leak)]


def known(owner: str, patient_id: str, leak: str) -> Patient:
    """Return a patient who is referred to; raises 422."""
    patient = PATIENTS.get(patient_id)
    if patient and (patient.user_id == owner or seeded(leak)):
        return patient
    if patient and seeded("appointment_text"):
        raise HTTPException(422, "patient_of_another_practice")
    raise HTTPException(422, "unknown_patient")


@mine.get("/patients")
def list_patients(owner: Owner) -> list[Patient]:
    return all_own(PATIENTS, owner, "patient_list")


@mine.post("/patients", status_code=201)
async def add_patient(
    request: Request,
    owner: Owner,
    body: PatientContent,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=64)] = None,
) -> Patient:
    if seeded("patient_owner"):
        owner = (await request.json()).get("user_id", owner)
    made = ("" if seeded("idempotency_shared") else owner, idempotency_key or "")
    if idempotency_key and made in REPEATABLE:
        return REPEATABLE[made]
    patient = Patient(**body.model_dump(), user_id=owner)
    PATIENTS[patient.patient_id] = REPEATABLE[made] = patient
    return patient


@mine.get("/patients/{patient_id}")
def get_patient(owner: Owner, patient_id: str) -> Patient:
    return own(PATIENTS, owner, patient_id, "patient_get")


@mine.patch("/patients/{patient_id}")
def change_patient(owner: Owner, patient_id: str, body: PatientChange) -> Patient:
    patient = PATIENTS.get(patient_id)
    if seeded("patient_crash") and patient:
        assert patient.user_id == owner
    patient = own(PATIENTS, owner, patient_id)
    PATIENTS[patient_id] = patient.model_copy(update=body.model_dump(exclude_none=True))
    return PATIENTS[patient_id]


@mine.delete("/patients/{patient_id}", status_code=204)
def remove_patient(owner: Owner, patient_id: str) -> None:
    patient = PATIENTS.get(patient_id)
    if patient and patient.user_id != owner and seeded("patient_forbidden"):
        raise HTTPException(403, "forbidden")
    del PATIENTS[own(PATIENTS, owner, patient_id).patient_id]
    for key in [key for key, row in ATTACHMENTS.items() if row.patient_id == patient_id]:
        del ATTACHMENTS[key]
    for key in [key for key, row in APPOINTMENTS.items() if row.patient_id == patient_id]:
        del APPOINTMENTS[key]


@mine.get("/patients/{patient_id}/attachments")
def list_attachments(owner: Owner, patient_id: str) -> list[Attachment]:
    own(PATIENTS, owner, patient_id, "attachment_list")
    return [row for row in ATTACHMENTS.values() if row.patient_id == patient_id]


@mine.post("/patients/{patient_id}/attachments", status_code=201)
def attach(
    owner: Owner,
    patient_id: str,
    file: Annotated[bytes, File()],
    title: Annotated[str, Form(max_length=80)] = "",
) -> Attachment:
    own(PATIENTS, owner, patient_id, "attachment_add")
    attachment = Attachment(
        user_id=owner, patient_id=patient_id, title=title, size=len(file), content=file
    )
    ATTACHMENTS[attachment.attachment_id] = attachment
    return attachment


def attached(owner: str, patient_id: str, attachment_id: str) -> Attachment:
    """Return a file of one of the owner's patients; raises 404."""
    own(PATIENTS, owner, patient_id)
    attachment = own(ATTACHMENTS, owner, attachment_id, "attachment_parent")
    if attachment.patient_id != patient_id and not seeded("attachment_parent"):
        raise HTTPException(404, "not_found")
    return attachment


@mine.get("/patients/{patient_id}/attachments/{attachment_id}")
def download(owner: Owner, patient_id: str, attachment_id: str) -> Response:
    content = attached(owner, patient_id, attachment_id).content
    return Response(content, media_type="application/octet-stream")


@mine.delete("/patients/{patient_id}/attachments/{attachment_id}", status_code=204)
def detach(owner: Owner, patient_id: str, attachment_id: str) -> None:
    del ATTACHMENTS[attached(owner, patient_id, attachment_id).attachment_id]


@mine.get("/appointments")
def list_appointments(owner: Owner, patient_id: str | None = None) -> list[Appointment]:
    leak = "appointment_filter" if patient_id else ""
    found = all_own(APPOINTMENTS, owner, leak)
    return [row for row in found if patient_id in {None, row.patient_id}]


@mine.get("/appointments/count")
def count_appointments(owner: Owner) -> Count:
    return Count(count=len(all_own(APPOINTMENTS, owner, "appointment_count")))


@mine.post("/appointments", status_code=201)
def make_appointment(owner: Owner, body: AppointmentContent) -> Appointment:
    known(owner, body.patient_id, "appointment_reference")
    appointment = Appointment(**body.model_dump(), user_id=owner)
    APPOINTMENTS[appointment.appointment_id] = appointment
    return appointment


@mine.get("/appointments/{appointment_id}")
def get_appointment(owner: Owner, appointment_id: str) -> Appointment:
    return own(APPOINTMENTS, owner, appointment_id)


@mine.put("/appointments/{appointment_id}")
def move_appointment(owner: Owner, appointment_id: str, body: AppointmentContent) -> Appointment:
    appointment = own(APPOINTMENTS, owner, appointment_id, "appointment_move")
    known(owner, body.patient_id, "appointment_reference")
    APPOINTMENTS[appointment_id] = appointment.model_copy(update=body.model_dump())
    return APPOINTMENTS[appointment_id]


@mine.delete("/appointments/{appointment_id}", status_code=204)
def cancel_appointment(owner: Owner, appointment_id: str) -> None:
    del APPOINTMENTS[own(APPOINTMENTS, owner, appointment_id, "appointment_cancel").appointment_id]


@api.post("/exports", status_code=202)
def start_export(caller: Caller, body: ExportContent, response: Response) -> Export:
    if body.patient_ids is None:
        patients = all_own(PATIENTS, caller, "export_everybody")
    else:
        patients = [known(caller, key, "export_reference") for key in body.patient_ids]
    export = Export(
        user_id=caller, patients=[PatientContent(**row.model_dump()) for row in patients]
    )
    EXPORTS[export.export_id] = export
    response.headers["Location"] = f"/api/exports/{export.export_id}"
    return export.model_copy(update={"patients": []})


@api.get("/exports/{export_id}")
def get_export(caller: Caller, export_id: str) -> Export:
    leak = "export_open" if caller == "usr_unknown" else "export_get"
    export = own(EXPORTS, caller, export_id, leak)
    EXPORTS[export_id] = export.model_copy(update={"status": "done"})
    return export if export.status == "done" else export.model_copy(update={"patients": []})


@api.get("/sessions")
def list_sessions(caller: Caller) -> list[Session]:
    return all_own(SESSIONS, caller)


@api.post("/sessions", status_code=201)
def open_session(caller: Caller) -> Session:
    session = Session(user_id=caller)
    SESSIONS[session.session_id] = session
    return session


@api.post("/sessions/refresh")
def refresh_session(caller: Caller, body: Renewal) -> Session:
    for session in all_own(SESSIONS, caller, "session_refresh"):
        if session.refresh_token == body.refresh_token:
            renewed = Session(session_id=session.session_id, user_id=session.user_id)
            SESSIONS[session.session_id] = renewed
            return renewed
    raise HTTPException(400, "token_not_valid")


@api.delete("/sessions/{session_id}", status_code=204)
def close_session(caller: Caller, session_id: str) -> None:
    del SESSIONS[own(SESSIONS, caller, session_id, "session_close").session_id]


api.include_router(mine)
app.include_router(api)
