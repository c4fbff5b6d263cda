# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Files that are sent: as a body, or in a form, as values of its model."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from starlette.datastructures import Headers, UploadFile
from starlette.types import Receive

from .bodies import Rejected, chunks, refuse_large
from .fields import Fields
from .gate import Limits

_IN_MEMORY = 2**20


class _Named:
    """Reads the name that a file goes by in the context of a validation."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(_file)


def _file(name: Any, info: core_schema.ValidationInfo) -> UploadFile:
    if not isinstance(info.context, Files) or not isinstance(name, str) or name not in info.context:
        raise PydanticCustomError("file", "Value should be a file")
    return info.context[name]


type File = Annotated[UploadFile, _Named()]
"""A file: on disk if it is large, and removed when the request is answered."""


class Files(dict[str, UploadFile]):
    """The files of a form, each by the name that stands for it in the form's JSON."""

    def take(self, file: UploadFile) -> str:
        """Give a file a name."""
        name = str(len(self))
        self[name] = file
        return name


class Binary:
    """A body that is a file: bytes of any media type."""

    async def receive(self, receive: Receive, fields: Fields, limits: Limits) -> UploadFile | None:
        """Return the file, or None for an empty body; raises Rejected, ClientDisconnect."""
        refuse_large(fields, limits.max_upload_bytes)
        content_type = fields.get(b"content-type", b"").decode("latin-1")
        file = await uploaded(b"", Headers({"content-type": content_type}))
        try:
            await in_time(_write(file, chunks(receive, limits.max_upload_bytes)), limits)
            await file.seek(0)
        except BaseException:
            await file.close()
            raise
        if file.size:
            return file
        await file.close()
        return None

    async def close(self, value: UploadFile) -> None:
        """Remove the file."""
        await value.close()


async def in_time[T](receiving: Awaitable[T], limits: Limits) -> T:
    """Return what is received; raises Rejected (408) when that takes too long."""
    try:
        return await asyncio.wait_for(receiving, limits.max_upload_seconds)
    except TimeoutError:
        raise Rejected(408) from None


async def _write(file: UploadFile, pieces: AsyncIterator[bytes]) -> None:
    async for piece in pieces:
        await file.write(piece)


async def uploaded(content: bytes, headers: Headers | None = None) -> UploadFile:
    """Return a file of this content; the headers may say of which type it is."""
    spooled = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)
    file = UploadFile(cast("BinaryIO", spooled), size=0, headers=headers)
    await file.write(content)
    await file.seek(0)
    return file


def held(value: Any) -> Iterator[UploadFile]:
    """Return the files that a value holds."""
    match value:
        case UploadFile():
            yield value
        case BaseModel():
            for item in (value.__dict__ | (value.__pydantic_extra__ or {})).values():
                yield from held(item)
        case dict():
            for item in value.values():
                yield from held(item)
        case list():
            for item in value:
                yield from held(item)
