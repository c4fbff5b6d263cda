"""What a contract declares, read into the terms that the templates are written in."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Unsupported:
    """A place of the contract that generated code could not honour."""

    pointer: str
    reason: str


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter; `schema` is the name that the book of schemas knows its schema by."""

    argument: str
    name: str
    location: str
    schema: str
    kinds: tuple[str, ...]
    required: bool
    default: Any
    array: bool
    separator: str | None


@dataclass(frozen=True)
class HeaderSpec:
    """A response header and its type in Python."""

    attribute: str
    name: str
    hint: str
    required: bool


@dataclass(frozen=True)
class AnswerSpec:
    """A successful response. `schema` is None for one without content."""

    status: int
    class_name: str
    description: str
    media_type: str | None
    schema: str | None
    headers: tuple[HeaderSpec, ...]


@dataclass(frozen=True)
class BodySpec:
    """A request body: the name of a schema for each media type."""

    required: bool
    schemas: dict[str, str]


@dataclass(frozen=True)
class OperationSpec:
    """An operation, with everything that is inherited from its path and its contract."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    security: tuple[frozenset[str], ...]
    parameters: tuple[ParameterSpec, ...]
    body: BodySpec | None
    answers: tuple[AnswerSpec, ...]
    refusals: tuple[int, ...]

    @property
    def bare(self) -> AnswerSpec | None:
        """The only answer, if it has no headers: then its body alone is returned."""
        first, *others = self.answers
        return None if others or first.headers else first

    @property
    def owner(self) -> str | None:
        """The argument that names the user whom the path belongs to."""
        names = [p.argument for p in self.parameters if p.location == "path"]
        return "user_id" if "user_id" in names else None


@dataclass
class TagSpec:
    """A tag of the contract: one module, one protocol, one router."""

    name: str
    module: str
    class_name: str
    description: str
    operations: list[OperationSpec] = field(default_factory=list)
