"""Uploads: files arrive as they were sent, and none of them outlives its request."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.datastructures import UploadFile
from starlette.types import Message

from impl.core.gate import Limits
from tests.generated_api import HEAD, OpenGate, call, package, serve

CONTRACT = f"""{HEAD}
  schemas:
    Upload:
      type: object
      required: [photo]
      properties:
        photo: {{type: string, format: binary}}
        a/b: {{type: string, contentMediaType: image/png}}
        pages: {{type: array, maxItems: 2, items: {{type: string, contentMediaType: text/plain}}}}
        title: {{type: string, maxLength: 9}}
        count: {{type: integer}}
        about: {{type: object, required: [by], properties: {{by: {{type: string}}}}}}
        tags: {{type: array, items: {{type: string}}}}
paths:
  /form:
    post:
      operationId: upload
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: {{$ref: '#/components/schemas/Upload'}}
            encoding:
              a/b: {{contentType: 'image/png, audio/*'}}
      responses: {{'204': {{description: Sent.}}}}
  /file:
    put:
      operationId: store
      requestBody:
        content:
          application/octet-stream: {{}}
          image/png: {{schema: {{type: string, format: binary}}}}
      responses: {{'204': {{description: Sent.}}}}
"""
BOUNDARY = {"content-type": "multipart/form-data; boundary=b"}
OCTETS = {"content-type": "application/octet-stream"}
FORM, FILE = ("POST", "/form", BOUNDARY), ("PUT", "/file", OCTETS)
NAMED = '; filename="t"'
LARGE = b"0123456789abcdef" * 2**18
PNG = ("a.png", b"\x89PNG\xff\x00", "image/png")

opened: list[UploadFile] = []
rolled: list[bool] = []
bodies: list[Any] = []
seen: dict[str, tuple[bytes, str | None, str | None, int | None]] = {}


async def keep(_: str, body: Any) -> None:
    """Remember the body, and read its files while they are there."""
    bodies.append(body)
    seen.clear()
    fields = {"": body} if isinstance(body, UploadFile) else dict(body or {})
    for name, value in fields.items():
        for number, file in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(file, UploadFile):
                opened.append(file)
                rolled.append(bool(getattr(file.file, "_rolled", False)))
                about = (file.filename, file.content_type, file.size)
                seen[f"{name}{number or ''}"] = (await file.read(), *about)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the package of this module's contract."""
    return package(tmp_path_factory.mktemp("uploads"), CONTRACT)


@pytest.fixture(scope="module")
def app(module: Any) -> FastAPI:
    """Return its application, which takes 5 MiB."""
    limits = Limits(2**20, 5, max_upload_bytes=5 * 2**20)
    return serve(module, OpenGate(limits), upload=keep, store=keep)


def post(app: FastAPI, files: Any, **data: Any) -> tuple[int, list[dict[str, str]]]:
    """Send a form; return the status of the answer and the places that it names."""
    answer = call(app, "POST", "/form", files=files, data=data)
    return answer.status_code, answer.json()["detail"] if answer.content else []


def part(name: str, content: bytes, more: str = "") -> bytes:
    """Return one part of a form."""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def raw(app: FastAPI, *parts: bytes, end: bytes = b"--b--\r\n", boundary: str = "b") -> int:
    """Send a form that no client has made; return the status."""
    headers = {"content-type": f"multipart/form-data; boundary={boundary}".removesuffix("=")}
    return call(app, "POST", "/form", content=b"".join(parts) + end, headers=headers).status_code


def test_files_and_fields_reach_the_implementation(app: FastAPI) -> None:
    files = {"photo": ("caf\u00e9 \U0001f331.jpg", b"\xff\xd8", "image/jpeg"), "a/b": PNG}
    status, faults = post(
        app, files, title="\u00e4", count="3", about='{"by": "me"}', tags=["x", "y"]
    )
    assert (status, faults) == (204, [])
    assert seen["photo"] == (b"\xff\xd8", "caf\u00e9 \U0001f331.jpg", "image/jpeg", 2)
    assert (bodies[-1].title, bodies[-1].count, bodies[-1].tags) == ("\u00e4", 3, ["x", "y"])
    assert bodies[-1].about.by == "me"
    assert all(file.file.closed for file in opened)


def test_several_files_of_one_name_are_a_list(app: FastAPI) -> None:
    pages = [("pages", (f"{number}.txt", b"%d" % number, "text/plain")) for number in range(3)]
    assert post(app, [("photo", PNG), *pages[:2]])[0] == 204
    assert (seen["pages"][0], seen["pages1"][0]) == (b"0", b"1")
    assert post(app, [("photo", PNG), pages[0]])[0] == 204
    assert isinstance(bodies[-1].pages, list)
    assert post(app, [("photo", PNG), *pages])[1][0]["pointer"] == "#/pages"
    assert post(app, [("photo", PNG), ("photo", PNG)])[1][0]["pointer"] == "#/photo"


def test_a_part_without_a_file_name_may_be_a_file_and_one_with_it_a_text(app: FastAPI) -> None:
    titled = part("title", b"\xc3\xa4", NAMED)
    assert raw(app, part("photo", b"\xff\xfe\x00"), titled) == 204
    assert seen["photo"] == (b"\xff\xfe\x00", None, None, 3)
    assert bodies[-1].title == "\u00e4"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("image/png", 204), ("IMAGE/PNG; a=b", 204), ("audio/ogg", 204), ("image/gif", 422)],
)
def test_a_file_is_of_the_types_that_its_encoding_names(
    app: FastAPI, content_type: str, status: int
) -> None:
    answered, faults = post(app, {"photo": PNG, "a/b": ("a", b"a", content_type)})
    assert answered == status
    assert [fault["pointer"] for fault in faults] == ["#/a~1b"][: len(faults)]


@pytest.mark.parametrize(
    ("files", "fields", "pointers"),
    [
        ({"a/b": PNG}, {}, ["#/photo"]),
        ({"photo": PNG}, {"title": "0123456789"}, ["#/title"]),
        ({"photo": PNG}, {"count": "x"}, ["#/count"]),
        ({"photo": PNG}, {"about": "{}"}, ["#/about/by"]),
        ({"photo": PNG}, {"title": "\0"}, ["#/title"]),
    ],
)
def test_what_breaks_the_schema_is_named_by_its_pointer(
    app: FastAPI, files: Any, fields: dict[str, str], pointers: list[str]
) -> None:
    status, faults = post(app, files, **fields)
    assert (status, [fault["pointer"] for fault in faults]) == (422, pointers)


def test_a_large_file_goes_to_disk_and_is_removed(app: FastAPI) -> None:
    form = part("photo", LARGE, NAMED) + b"--b--\r\n"
    for (method, path, kind), content in ((FORM, form), (FILE, LARGE)):
        assert call(app, method, path, content=content, headers=kind).status_code == 204
        assert rolled[-1]
        assert next(iter(seen.values()))[0] == LARGE
        assert opened[-1].file.closed


def test_a_file_is_removed_whatever_comes_of_it(
    app: FastAPI, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = watched(monkeypatch)
    assert post(app, {"photo": ("l", LARGE, "a/b")}, count="x")[0] == 422
    assert post(app, {"a/b": ("l", LARGE, "a/b")})[0] == 422
    assert raw(app, part("photo", LARGE, NAMED), end=b"--b\r\nnonsense") == 400
    assert raw(app, part("photo", LARGE[:900_000]), part("count", b"x")) == 422

    async def fail(_: str, body: Any) -> None:
        raise ArithmeticError(type(body).__name__)

    failing = serve(module, OpenGate(Limits(2**20, 5)), upload=fail, store=fail)
    with pytest.raises(ArithmeticError):
        post(failing, {"photo": ("l", LARGE, "a/b")})
    with pytest.raises(ArithmeticError):
        call(failing, "PUT", "/file", content=LARGE, headers=OCTETS)
    assert len(files) == 6
    assert all(file.closed for file in files)


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list of all files that are opened for uploads from now on."""
    files: list[Any] = []
    before = UploadFile.__init__

    def note(self: UploadFile, file: Any, **options: Any) -> None:
        files.append(file)
        before(self, file, **options)

    monkeypatch.setattr(UploadFile, "__init__", note)
    return files


def test_a_client_that_goes_away_leaves_no_file_behind(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = watched(monkeypatch)
    for (method, path, kind), begun in ((FORM, part("photo", LARGE, NAMED)), (FILE, LARGE)):
        messages: list[Message] = [
            {"type": "http.request", "body": begun, "more_body": True},
            {"type": "http.disconnect"},
        ]
        assert asyncio.run(answer(app, method, path, kind, messages)) == []
    assert [file.closed for file in files] == [True, True]


async def answer(
    app: FastAPI, method: str, path: str, headers: dict[str, str], messages: list[Message]
) -> list[Message]:
    """Return what is sent in answer to a request that arrives in these messages."""
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b""}
    await app({**scope, "raw_path": path.encode(), "headers": lines}, receive, send)
    return sent


def test_an_upload_that_takes_too_long_is_ended(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = watched(monkeypatch)
    limits = Limits(2**20, 5, max_upload_seconds=0.05)
    app = serve(module, OpenGate(limits), upload=keep, store=keep)

    async def slow() -> AsyncIterator[bytes]:
        yield part("photo", LARGE, NAMED)
        await asyncio.sleep(5)

    for method, path, kind in (FORM, FILE):
        assert call(app, method, path, content=slow(), headers=kind).status_code == 408
    assert [file.closed for file in files] == [True, True]


@pytest.mark.parametrize("is_chunked", [False, True])
def test_an_upload_is_taken_up_to_the_limit(app: FastAPI, *, is_chunked: bool) -> None:
    async def pieces(content: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(content), 2**16):
            yield content[start : start + 2**16]

    around = len(part("photo", b"", NAMED) + b"--b--\r\n")
    for size, status in ((5 * 2**20, 204), (5 * 2**20 + 1, 413)):
        form = part("photo", bytes(size - around), NAMED) + b"--b--\r\n"
        for (method, path, kind), content in ((FORM, form), (FILE, bytes(size))):
            sent = pieces(content) if is_chunked else content
            assert call(app, method, path, content=sent, headers=kind).status_code == status


@pytest.mark.parametrize(
    ("parts", "end", "boundary", "status"),
    [
        ([], b"--b--\r\n", "", 400),
        ([part("photo", b"x")], b"--b--\r\n", "c", 400),
        ([part("photo", b"x")], b"", "b", 400),
        ([b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"], b"--b--\r\n", "b", 400),
        ([b"nonsense"], b"", "b", 400),
        ([part("photo", b"x"), part("title", b"\xff")], b"--b--\r\n", "b", 400),
        ([part("photo", b"x"), part("title", b"a" * 2**20 + b"a")], b"--b--\r\n", "b", 400),
        ([part("photo", b"x"), *[part("tags", b"x")] * 1000], b"--b--\r\n", "b", 400),
        ([], b"", "b", 422),
        ([], b"", "", 422),
        ([], b"--b--\r\n", "b", 422),
    ],
)
def test_what_is_no_such_form_is_malformed(
    app: FastAPI, parts: list[bytes], end: bytes, boundary: str, status: int
) -> None:
    assert raw(app, *parts, end=end, boundary=boundary) == status


def test_a_file_may_be_the_whole_body(app: FastAPI) -> None:
    for content_type in ("application/octet-stream", "image/png"):
        for content in (b"\x00\xff", b""):
            headers = {"content-type": content_type}
            answered = call(app, "PUT", "/file", content=content, headers=headers)
            assert answered.status_code == 204
            expected = (content, None, content_type, len(content)) if content else None
            assert seen.get("") == expected
    assert bodies[-1] is None
    assert call(app, "PUT", "/file", content=b"x").status_code == 415
