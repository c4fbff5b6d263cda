"""Views: rows become what the contract's answers are made of, and nothing that breaks them."""

import asyncio
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID, uuid4

import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    ValidationError,
    field_validator,
)
from pydantic_core import PydanticSerializationError
from starlette.types import Message

from generated.models import Todo
from generated.runtime.answers import Answer
from generated.runtime.schema import Schema
from generated.runtime.writers import JsonWriter
from impl.core.views import views

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Colour(Enum):
    """A value that a column holds as text."""

    RED = "red"


class Plain(BaseModel):
    """Fields whose values are as they come."""

    id: UUID
    name: Annotated[str, Field(max_length=9)]
    size: Literal["small", "large"] | None


class Coloured(BaseModel):
    """A field that something is made of."""

    id: UUID
    colour: Colour


class Checked(BaseModel):
    """A field with a rule of its own."""

    name: str

    @field_validator("name")
    @classmethod
    def louder(cls, name: str) -> str:
        """Return it in capitals."""
        return name.upper()


class Trimmed(BaseModel):
    """A field whose rule stands beside its type."""

    name: Annotated[str, AfterValidator(str.strip)] | None


def test_a_view_is_what_validation_would_make_of_the_row() -> None:
    key = uuid4()
    (built,) = views(Plain, [(key, "Milk", None, "a column more")])
    assert built == Plain(id=key, name="Milk", size=None)
    assert built.model_fields_set == {"id", "name", "size"}
    assert built.model_copy(update={"name": "Tea"}).name == "Tea"
    assert views(Plain, []) == []


def test_a_view_does_not_share_its_values() -> None:
    first, second = views(Plain, [(uuid4(), "a", None), (uuid4(), "b", "small")])
    first.name = "c"
    assert (first.name, second.name) == ("c", "b")


def test_text_becomes_the_member_of_an_enumeration() -> None:
    (built,) = views(Coloured, [(uuid4(), "red")])
    assert built.colour is Colour.RED


def test_a_rule_of_a_view_is_kept() -> None:
    assert views(Checked, [("milk",)])[0].name == "MILK"
    assert views(Trimmed, [(" milk ",)])[0].name == "milk"


def todo_row(**wrong: object) -> tuple[object, ...]:
    """Return a row with something wrong in it."""
    row = {"title": "a", "notes": "", "done": False, "priority": "low", "due_at": None}
    row |= {
        "id": uuid4(),
        "list_id": None,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
        **wrong,
    }
    return tuple(row[name] for name in Todo.model_fields)


@pytest.mark.parametrize("wrong", [{"title": None}, {"priority": "none"}, {"version": None}])
def test_what_the_contract_does_not_say_is_no_view(wrong: dict[str, object]) -> None:
    assert views(Todo, [todo_row()])[0].title == "a"
    with pytest.raises(ValidationError):
        views(Todo, [todo_row(**wrong)])


def test_nulls_are_looked_for_where_a_column_may_hold_them() -> None:
    assert views(Todo, [todo_row()], frozenset({"title", "due_at"}))[0].due_at is None
    with pytest.raises(ValidationError):
        views(Todo, [todo_row(title=None)], frozenset({"title"}))


@pytest.mark.parametrize("wrong", [{"title": 1}, {"version": "1"}, {"created_at": "now"}])
def test_what_is_not_of_its_type_is_not_sent(wrong: dict[str, object]) -> None:
    (todo,) = views(Todo, [todo_row(**wrong)])
    answer = Answer(200, {"application/json": JsonWriter(Schema(Todo))})
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(PydanticSerializationError):
        asyncio.run(answer.send(None, todo, receive, send, with_body=True))
    assert sent == []
