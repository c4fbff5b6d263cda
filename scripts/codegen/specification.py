"""What a contract declares, read into the terms that the templates are written in."""

from dataclasses import dataclass, field
from typing import Any

from scripts.codegen.runtime.gate import Scheme
from scripts.codegen.runtime.texts import Text

type Security = tuple[dict[str, frozenset[str]], ...]
"""Alternatives, each the scopes by scheme that it takes."""


@dataclass(frozen=True)
class Place:
    """A place of the contract, and what is to be said of it."""

    pointer: str
    reason: str


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter; `schema` is the name that the book of schemas knows its schema by.

    One of a single value, or of several, has `kinds` and `separator`; any other has `texts`.
    """

    argument: str
    name: str
    location: str
    schema: str
    required: bool
    default: Any
    style: str
    explode: bool
    texts: tuple[Text, ...]
    is_ambiguous: bool = False
    media_type: str | None = None
    allow_empty: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is one value, or a list of single ones, in the plainest style."""
        if self.media_type or self.allow_empty or self.is_ambiguous or len(self.texts) > 1:
            return False
        text = self.texts[0]
        if text.properties is not None or self.style in {"deepObject", "label", "matrix"}:
            return False
        return not text.items or not (text.items.items or text.items.properties is not None)

    @property
    def array(self) -> bool:
        """Whether it is a list."""
        return self.texts[0].items is not None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The JSON types other than string of its value, or of the items of its list."""
        return (self.texts[0].items or self.texts[0]).kinds

    @property
    def separator(self) -> str | None:
        """What stands between the items of a list; None if each is sent on its own."""
        if self.location in {"query", "cookie"} and self.explode:
            return None
        return {"pipeDelimited": "|", "spaceDelimited": " "}.get(self.style, ",")


@dataclass(frozen=True)
class HeaderSpec:
    """A response header; one that may be any text is not checked."""

    attribute: str
    name: str
    schema: str
    required: bool
    explode: bool
    is_checked: bool


@dataclass(frozen=True)
class ContentSpec:
    """The content of one media type; `kind` is how it is written or read."""

    media_type: str
    kind: str
    schema: str
    example: Any = None


@dataclass(frozen=True)
class FieldSpec:
    """A field of a form."""

    name: str
    texts: tuple[Text, ...]
    style: str | None
    explode: bool
    is_file: bool
    media_types: tuple[str, ...]


@dataclass(frozen=True)
class AnswerSpec:
    """A response that implementations return. `status` is None for a range or `default`.

    `default` is a refusal where others are declared for success.
    """

    status: int | None
    label: str
    is_success: bool
    class_name: str
    description: str
    contents: tuple[ContentSpec, ...]
    headers: tuple[HeaderSpec, ...]

    @property
    def range(self) -> range:
        """The statuses that it covers where it has none of its own."""
        if self.label == "default":
            return range(200 if self.is_success else 400, 600)
        first = int(self.label[0]) * 100
        return range(first, first + 100)


@dataclass(frozen=True)
class BodySpec:
    """A request body: its contents, and the fields of those that are forms."""

    required: bool
    contents: tuple[ContentSpec, ...]
    fields: dict[str, tuple[FieldSpec, ...]]


@dataclass(frozen=True)
class OutgoingSpec:
    """A request that is sent: a webhook, or a callback whose URL an expression says."""

    id: str
    method: str
    expression: str
    summary: str
    content: ContentSpec | None


@dataclass(frozen=True)
class OperationSpec:
    """An operation, with everything that is inherited from its path and its contract.

    `secrets` are the names in a query that carry credentials.
    """

    id: str
    method: str
    paths: tuple[str, ...]
    summary: str
    description: str
    security: Security
    secrets: frozenset[str]
    parameters: tuple[ParameterSpec, ...]
    body: BodySpec | None
    answers: tuple[AnswerSpec, ...]
    refusals: tuple[int, ...]

    @property
    def bare(self) -> AnswerSpec | None:
        """The only success, if it has one media type and no headers: its body is returned."""
        successes = [answer for answer in self.answers if answer.is_success]
        if len(successes) != 1:
            return None
        only = successes[0]
        is_bare = only.status is not None and not only.headers and len(only.contents) < 2
        return only if is_bare else None

    @property
    def typed(self) -> list[AnswerSpec]:
        """The answers that are returned as classes of their own."""
        return [answer for answer in self.answers if answer is not self.bare]

    @property
    def offers(self) -> tuple[str, ...]:
        """The media types of which an answer is to be one; empty where there is no choice."""
        several = [each.contents for each in self.answers if each.is_success]
        names = [c.media_type for contents in several if len(contents) > 1 for c in contents]
        return tuple(dict.fromkeys(names))

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


@dataclass(frozen=True)
class ApiSpec:
    """Everything that is generated, but for the schemas."""

    tags: list[TagSpec]
    outgoing: list[OutgoingSpec]
    schemes: dict[str, Scheme]
