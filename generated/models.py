# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""The models of the contract."""

from typing import Annotated, Literal

from pydantic import MISSING, ConfigDict, Field

from .runtime.formats import DateTime, Int32, Int64, Spelling, Uri, Uuid
from .runtime.model import Model

type ListTodosDone = bool


type Priority = Literal["low", "normal", "high"]
"""How much it matters."""


type ListTodosListId = Uuid


type ListTodosTagId = Uuid


type ListTodosQ = Annotated[
    str, Field(max_length=200, min_length=1, pattern="^[^\\u0000-\\u001F\\u007F]+$")
]


type Timestamp = Annotated[
    DateTime, Spelling(pattern="^[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-5][0-9]")
]
"""
A point in time with its offset (RFC 3339), in the years 1000 to 8999, kept to the microsecond
and returned in UTC. There are no leap seconds.
"""


type ListTodosSort = Literal[
    "created_at", "-created_at", "updated_at", "-updated_at", "due_at", "-due_at"
]


type ListTodosLimit = Annotated[int, Field(ge=1, le=100)]


type ListTodosCursor = Annotated[
    str, Field(max_length=512, min_length=1, pattern="^[A-Za-z0-9_-]+$")
]


type Instant = DateTime
"""A point in time in UTC (RFC 3339), to the microsecond."""


type Notes = Annotated[str, Field(max_length=10000, pattern="^[^\\u0000]*$")]
"""Text of any number of lines."""


type Title = Annotated[
    str, Field(max_length=200, min_length=1, pattern="^[^\\u0000-\\u001F\\u007F]+$")
]
"""One line of text."""


type CreateTodoCreatedLocation = Annotated[
    str,
    Field(
        pattern="^([A-Za-z][A-Za-z0-9+.-]*:((:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))+(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*)?(//((:|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*@)?(\\[[0-9A-Fa-f:.]+\\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?)?(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*(\\?(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?(#(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?|(([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})|@)*(//((:|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*@)?(\\[[0-9A-Fa-f:.]+\\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?)?(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*(\\?(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?(#(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?)$"
    ),
]


type CreateTodoCreatedETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


class TodoContent(Model):
    """What its owner writes of a todo."""

    model_config = ConfigDict(
        extra="forbid",
    )
    title: Title
    notes: Notes = ""
    done: bool = False
    priority: Priority = "normal"
    due_at: Timestamp | None = None
    """When it is due; null for never."""
    list_id: Uuid | None = None
    """The list that it is in; null for none. One that you do not have is refused (422)."""


class TodoPatch(Model):
    """The fields of a todo that are to change (RFC 7396)."""

    model_config = ConfigDict(
        extra="forbid",
    )
    title: Title | MISSING = MISSING
    notes: Notes | MISSING = MISSING
    done: bool | MISSING = MISSING
    priority: Priority | MISSING = MISSING
    due_at: Timestamp | None | MISSING = MISSING
    """When it is due; null for never."""
    list_id: Uuid | None | MISSING = MISSING
    """The list that it is in; null for none. One that you do not have is refused (422)."""


type TodoIds = Annotated[list[Uuid], Field(max_length=100, min_length=1)]
"""The ids of several todos."""


type Number = Annotated[Int64, Field(ge=0)]
"""How many there are."""


type GetTodoTodoId = Uuid


type EntityTags = Annotated[str, Field(max_length=1024, min_length=1)]
"""`*`, or entity tags separated by commas. What is neither names no version."""


type GetTodoOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type GetTodoNotModifiedETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type ReplaceTodoTodoId = Uuid


type ReplaceTodoOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type ChangeTodoTodoId = Uuid


type ChangeTodoOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type DeleteTodoTodoId = Uuid


type ListTodoTagsTodoId = Uuid


type ListTodoTagsLimit = Annotated[int, Field(ge=1, le=100)]


type ListTodoTagsCursor = Annotated[
    str, Field(max_length=512, min_length=1, pattern="^[A-Za-z0-9_-]+$")
]


type Name = Annotated[
    str, Field(max_length=50, min_length=1, pattern="^[^\\u0000-\\u001F\\u007F]+$")
]
"""A short line of text."""


type AttachTagTodoId = Uuid


type AttachTagTagId = Uuid


type DetachTagTodoId = Uuid


type DetachTagTagId = Uuid


type ListListsSort = Literal["created_at", "-created_at", "name", "-name"]


type ListListsLimit = Annotated[int, Field(ge=1, le=100)]


type ListListsCursor = Annotated[
    str, Field(max_length=512, min_length=1, pattern="^[A-Za-z0-9_-]+$")
]


class List(Model):
    """A list, as stored."""

    model_config = ConfigDict(
        extra="forbid",
    )
    id: Uuid
    name: Name
    open_todos: Number
    """How many of its todos are not done. Its ETag does not depend on it."""
    created_at: Instant
    updated_at: Instant
    version: Annotated[Int64, Field(ge=1)]
    """How often it has been stored; its ETag."""


type CreateListCreatedLocation = Annotated[
    str,
    Field(
        pattern="^([A-Za-z][A-Za-z0-9+.-]*:((:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))+(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*)?(//((:|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*@)?(\\[[0-9A-Fa-f:.]+\\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?)?(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*(\\?(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?(#(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?|(([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})|@)*(//((:|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*@)?(\\[[0-9A-Fa-f:.]+\\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?)?(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*(\\?(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?(#(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?)$"
    ),
]


type CreateListCreatedETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


class ListContent(Model):
    """What its owner writes of a list."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Name


type GetListListId = Uuid


type GetListOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type ChangeListListId = Uuid


type ChangeListOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


class ListPatch(Model):
    """The fields of a list that are to change (RFC 7396)."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Name | MISSING = MISSING


type DeleteListListId = Uuid


type ListTagsLimit = Annotated[int, Field(ge=1, le=100)]


type ListTagsCursor = Annotated[
    str, Field(max_length=512, min_length=1, pattern="^[A-Za-z0-9_-]+$")
]


class Tag(Model):
    """A tag, as stored."""

    model_config = ConfigDict(
        extra="forbid",
    )
    id: Uuid
    name: Name
    created_at: Instant
    updated_at: Instant
    version: Annotated[Int64, Field(ge=1)]
    """How often it has been stored; its ETag."""


type CreateTagCreatedLocation = Annotated[
    str,
    Field(
        pattern="^([A-Za-z][A-Za-z0-9+.-]*:((:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))+(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*)?(//((:|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*@)?(\\[[0-9A-Fa-f:.]+\\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?)?(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*(\\?(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?(#(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?|(([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})|@)*(//((:|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*@)?(\\[[0-9A-Fa-f:.]+\\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?)?(/(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}))*)*(\\?(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?(#(/|\\?|(:|@|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})))*)?)$"
    ),
]


type CreateTagCreatedETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


class TagContent(Model):
    """What its owner writes of a tag."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Name


type GetTagTagId = Uuid


type GetTagOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type GetTagNotModifiedETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type ChangeTagTagId = Uuid


type ChangeTagOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


class TagPatch(Model):
    """The fields of a tag that are to change (RFC 7396)."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Name | MISSING = MISSING


type DeleteTagTagId = Uuid


type GetProfileUserId = Annotated[str, Field(max_length=128, min_length=1, pattern="^[!-~]+$")]


type Locale = Annotated[str, Field(max_length=6, pattern="^[a-z]{2,3}(-[A-Z]{2})?$")]
"""A language, perhaps with a region (BCP 47)."""


type DisplayName = Annotated[
    str, Field(max_length=100, min_length=1, pattern="^[^\\u0000-\\u001F\\u007F]+$")
]
"""The name to be called by."""


type GetProfileOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type GetProfileNotModifiedETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


type ChangeProfileUserId = Annotated[str, Field(max_length=128, min_length=1, pattern="^[!-~]+$")]


type ChangeProfileOkETag = Annotated[str, Field(pattern='^"[0-9]+"$')]


class ProfilePatch(Model):
    """The fields of a profile that are to change (RFC 7396)."""

    model_config = ConfigDict(
        extra="forbid",
    )
    display_name: DisplayName | None | MISSING = MISSING
    locale: Locale | None | MISSING = MISSING


type ListGrantsLimit = Annotated[int, Field(ge=1, le=100)]


type ListGrantsCursor = Annotated[
    str, Field(max_length=512, min_length=1, pattern="^[A-Za-z0-9_-]+$")
]


type Scope = Annotated[str, Field(max_length=8192)]
"""Names of scopes between spaces (RFC 6749, section 3.3)."""


type RevokeGrantGrantId = Uuid


class TokenResponse(Model):
    """Tokens (RFC 6749, section 5.1)."""

    model_config = ConfigDict(
        extra="forbid",
    )
    access_token: str
    """What the API is called with."""
    token_type: Literal["Bearer"]
    expires_in: Annotated[Int32, Field(ge=1)]
    """How long the access token lives, in seconds."""
    refresh_token: str
    """What comes in the place of the one presented."""
    refresh_expires_in: Annotated[Int32, Field(ge=1)]
    """How long the grant lasts, in seconds."""
    scope: Scope


type RefreshTokensOkCacheControl = Literal["no-store"]


class ProblemPlace(Model):
    """Either a pointer into the body or the name of a parameter."""

    model_config = ConfigDict(
        extra="forbid",
    )
    pointer: str | MISSING = MISSING
    """A JSON pointer (RFC 6901) into the body, as a fragment."""
    parameter: str | MISSING = MISSING
    in_: Annotated[Literal["path", "query", "header", "cookie"] | MISSING, Field(alias="in")] = (
        MISSING
    )
    detail: str


class Problem(Model):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        extra="forbid",
    )
    type: Uri
    """Which kind of problem it is. Match on this."""
    title: str
    """The kind of problem, for people."""
    status: Annotated[Int32, Field(ge=400, le=599)]
    """The HTTP status."""
    detail: str
    """What went wrong this time, for people."""
    errors: list[ProblemPlace] | MISSING = MISSING
    """Every place where the request breaks the contract."""
    correlation_id: str | MISSING = MISSING
    """Quote this when you report a server error."""


class Todo(Model):
    """A todo, as stored."""

    model_config = ConfigDict(
        extra="forbid",
    )
    id: Uuid
    title: Title
    notes: Notes
    done: bool
    priority: Priority
    due_at: Instant | None
    """When it is due; null for never."""
    list_id: Uuid | None
    """The list that it is in; null for none."""
    created_at: Instant
    updated_at: Instant
    version: Annotated[Int64, Field(ge=1)]
    """How often it has been stored; its ETag."""


class ChangedTodos(Model):
    """Todos that were changed together."""

    model_config = ConfigDict(
        extra="forbid",
    )
    items: Annotated[list[Todo], Field(max_length=100)]


class TodosPatch(Model):
    """The fields of several todos that are to change."""

    model_config = ConfigDict(
        extra="forbid",
    )
    ids: TodoIds
    change: TodoPatch


class ByPriority(Model):
    """How many there are of each priority."""

    model_config = ConfigDict(
        extra="forbid",
    )
    low: Number
    normal: Number
    high: Number


class TodoSummary(Model):
    """Numbers of todos."""

    model_config = ConfigDict(
        extra="forbid",
    )
    total: Number
    done: Number
    overdue: Number
    """How many are due and not done."""
    by_priority: ByPriority
    """How many there are of each priority."""


class TodoTag(Model):
    """A tag of a todo."""

    model_config = ConfigDict(
        extra="forbid",
    )
    id: Uuid
    name: Name
    attached_at: Instant


class ListPage(Model):
    """A page of lists."""

    model_config = ConfigDict(
        extra="forbid",
    )
    items: Annotated[list[List], Field(max_length=100)]
    next_cursor: str | None
    """Where the next page begins; null on the last one."""


class TagPage(Model):
    """A page of tags."""

    model_config = ConfigDict(
        extra="forbid",
    )
    items: Annotated[list[Tag], Field(max_length=100)]
    next_cursor: str | None
    """Where the next page begins; null on the last one."""


class Profile(Model):
    """What a user says of themselves."""

    model_config = ConfigDict(
        extra="forbid",
    )
    display_name: DisplayName | None
    locale: Locale | None
    created_at: Instant
    updated_at: Instant
    version: Annotated[Int64, Field(ge=1)]
    """How often it has been stored; its ETag."""


class Grant(Model):
    """A grant, by which refresh tokens follow one another."""

    model_config = ConfigDict(
        extra="forbid",
    )
    id: Uuid
    scope: Scope
    created_at: Instant
    """When it was first used."""
    last_used_at: Instant
    """When its last token was given."""
    expires_at: Instant
    """When it ends by itself."""


class TodoPage(Model):
    """A page of todos."""

    model_config = ConfigDict(
        extra="forbid",
    )
    items: Annotated[list[Todo], Field(max_length=100)]
    next_cursor: str | None
    """Where the next page begins; null on the last one."""


class TodoTagPage(Model):
    """A page of the tags of a todo."""

    model_config = ConfigDict(
        extra="forbid",
    )
    items: Annotated[list[TodoTag], Field(max_length=100)]
    next_cursor: str | None
    """Where the next page begins; null on the last one."""


class GrantPage(Model):
    """A page of grants."""

    model_config = ConfigDict(
        extra="forbid",
    )
    items: Annotated[list[Grant], Field(max_length=100)]
    next_cursor: str | None
    """Where the next page begins; null on the last one."""
