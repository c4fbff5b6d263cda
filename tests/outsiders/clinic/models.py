"""What the clinic stores and answers."""

from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field


def identifier(prefix: str) -> str:
    """Return an id that says what it is of."""
    return f"{prefix}_{token_hex(6)}"


class Owned(BaseModel):
    """What belongs to a user, who is not shown."""

    user_id: str = Field(exclude=True)


class PatientContent(BaseModel):
    """A patient as the practice writes it."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    email: Annotated[str, Field(pattern=r"^[a-z0-9.]+@[a-z0-9.]+$", max_length=120)] | None = None
    birth_date: date | None = None
    remarks: Annotated[str, Field(max_length=500)] = ""


class PatientChange(BaseModel):
    """What may change of a patient."""

    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    remarks: Annotated[str, Field(max_length=500)] | None = None


class Patient(Owned, PatientContent):
    """A patient of a user's."""

    patient_id: str = Field(default_factory=lambda: identifier("pat"))
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Attachment(Owned):
    """A file about a patient."""

    patient_id: str
    title: str
    size: int
    content: bytes = Field(exclude=True)
    attachment_id: str = Field(default_factory=lambda: identifier("att"))


class AppointmentContent(BaseModel):
    """When to see which patient."""

    patient_id: str
    starts_at: AwareDatetime
    reason: Annotated[str, Field(max_length=200)] = ""


class Appointment(Owned, AppointmentContent):
    """An appointment of a user's."""

    appointment_id: str = Field(default_factory=lambda: identifier("app"))


class Count(BaseModel):
    """How many there are."""

    count: int


class ExportContent(BaseModel):
    """Whom to export: all, unless some are named."""

    patient_ids: list[str] | None = None


class Export(Owned):
    """A job that writes out patients."""

    status: Literal["pending", "done"] = "pending"
    patients: list[PatientContent] = []
    export_id: str = Field(default_factory=lambda: identifier("exp"))


class Session(Owned):
    """A session of a program's, and the token that renews it."""

    session_id: str = Field(default_factory=lambda: identifier("ses"))
    refresh_token: str = Field(default_factory=lambda: identifier("ref"))


class Renewal(BaseModel):
    """What renews a session."""

    refresh_token: str
