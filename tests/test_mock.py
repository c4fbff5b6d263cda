"""scripts/mock: any contract is served, and answers with its examples or what is made up."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.mocked import mocking, refused

CONTRACT = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: 'https://shop.test/v1'}]
security: [{token: []}]
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
    basic: {type: http, scheme: basic}
    header: {type: apiKey, in: header, name: X-Key}
    query: {type: apiKey, in: query, name: key}
    cookie: {type: apiKey, in: cookie, name: key}
  examples:
    shared: {value: {id: 7, name: Shared}}
  schemas:
    Item:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, minimum: 1}
        name: {type: string, minLength: 1}
    Even: {type: number, multipleOf: 2, maximum: 100}
    Never: {type: integer, minimum: 3, maximum: 2}
    Error: {type: object, required: [code], properties: {code: {type: string, const: gone}}}
paths:
  /items/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        '200':
          description: One.
          headers:
            X-Total: {required: true, schema: {type: integer, example: 12}}
            X-Trace: {schema: {type: string, format: uuid}}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Item'}
              example: {id: 3, name: Lamp}
        '202': {description: Later., content: {application/json: {schema: {type: string}}}}
        '404': {description: None., content: {application/problem+json: {}}}
        '410':
          description: Gone.
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
        5XX: {description: Down., content: {text/plain: {}}}
    put:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}
      responses: {'204': {description: Done.}}
"""
ANSWERS = {
    "/named": "application/json: {schema: {$ref: '#/components/schemas/Item'}, "
    "examples: {one: {value: {id: 5, name: Named}}}}",
    "/shared": "application/json: {schema: {$ref: '#/components/schemas/Item'}, "
    "examples: {one: {$ref: '#/components/examples/shared'}}}",
    "/made": "application/json: {schema: {$ref: '#/components/schemas/Item'}}",
    "/unfit": "application/json: {schema: {$ref: '#/components/schemas/Even'}, example: 3}",
    "/never": "application/json: {schema: {$ref: '#/components/schemas/Never'}}",
    "/binary": "application/octet-stream: {example: raw}",
    "/plain": "text/plain: {}",
    "/lines": "application/x-ndjson: {schema: {$ref: '#/components/schemas/Item'}}",
    "/events": "text/event-stream: {schema: {type: string, example: tick}}",
    "/both": "application/json: {schema: {type: string, example: a}}, text/csv: {example: b}",
}
SECURITY = {
    "/open": "[]",
    "/optional": "[{token: []}, {}]",
    "/basic": "[{basic: []}]",
    "/header": "[{header: []}]",
    "/query": "[{query: []}]",
    "/cookie": "[{cookie: []}]",
    "/and": "[{header: [], token: []}]",
    "/or": "[{header: []}, {token: []}]",
}
TOKEN = {"Authorization": "Bearer anything"}
BASIC = {"Authorization": "Basic YTpi"}
KEY = {"X-Key": "k"}
COOKIE = {"Cookie": "key=k"}


def contract() -> str:
    """Return the contract that is served in this module."""
    done = "responses: {'204': {description: Done.}}"
    answers = [
        f"  {path}: {{get: {{responses: {{'200': {{description: It., content: {{{it}}}}}}}}}}}\n"
        for path, it in ANSWERS.items()
    ]
    secured = [f"  {path}: {{get: {{security: {it}, {done}}}}}\n" for path, it in SECURITY.items()]
    return "".join([CONTRACT, *answers, *secured])


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Return a client of the module's mock, without credentials."""
    with (
        mocking(tmp_path_factory.mktemp("mock"), contract()) as mock,
        httpx2.Client(base_url=f"{mock.base}/v1", trust_env=False, verify=False) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/items/1", {"id": 3, "name": "Lamp"}),
        ("/named", {"id": 5, "name": "Named"}),
        ("/shared", {"id": 7, "name": "Shared"}),
        ("/made", {"id": 1, "name": "sample"}),
        ("/unfit", 2),
    ],
)
def test_an_answer_is_the_example_that_fits_or_made_up(
    api: httpx2.Client, path: str, expected: object
) -> None:
    for _ in range(2):
        answer = api.get(path, headers=TOKEN)
        assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize(
    ("path", "media_type", "content"),
    [
        ("/binary", "application/octet-stream", b"raw"),
        ("/plain", "text/plain", b"sample"),
        ("/lines", "application/x-ndjson", b'{"id":1,"name":"sample"}\n'),
        ("/events", "text/event-stream", b"data: tick\n\n"),
        ("/both", "application/json", b'"a"'),
    ],
)
def test_every_kind_of_content_is_written(
    api: httpx2.Client, path: str, media_type: str, content: bytes
) -> None:
    answer = api.get(path, headers=TOKEN)
    assert (answer.headers["content-type"], answer.content) == (media_type, content)


def test_of_several_media_types_the_accepted_one_is_sent(api: httpx2.Client) -> None:
    answer = api.get("/both", headers=TOKEN | {"Accept": "text/*"})
    assert (answer.headers["content-type"], answer.content) == ("text/csv", b"b")
    refusal = api.get("/both", headers=TOKEN | {"Accept": "image/png"})
    assert refusal.status_code == 406


def test_headers_are_filled(api: httpx2.Client) -> None:
    headers = api.get("/items/1", headers=TOKEN).headers
    assert headers["X-Total"] == "12"
    assert re.fullmatch("[0-9a-f-]{36}", headers["X-Trace"])


@pytest.mark.parametrize(
    ("preferred", "status", "media_type", "content"),
    [
        ("status=202", 202, "application/json", '"sample"'),
        ("status=404", 404, "application/problem+json", "Not Found"),
        ('wait=5, status="404"', 404, "application/problem+json", "Not Found"),
        ("status=410", 410, "application/json", '{"code":"gone"}'),
        ("status=503", 503, "text/plain", "sample"),
        ("status=418", 200, "application/json", "Lamp"),
        ("status=nonsense", 200, "application/json", "Lamp"),
    ],
)
def test_a_response_is_picked_by_the_status_that_is_preferred(
    api: httpx2.Client, preferred: str, status: int, media_type: str, content: str
) -> None:
    answer = api.get("/items/1", headers=TOKEN | {"Prefer": preferred})
    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)
    assert content in answer.text


def test_what_nothing_can_be_made_up_for_is_a_problem_that_says_so(api: httpx2.Client) -> None:
    answer = api.get("/never", headers=TOKEN)
    assert answer.status_code == 501
    assert "no value of Never could be made up" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        *(("/items/1", sent, 401) for sent in ({}, BASIC, KEY)),
        *(("/open", sent, 204) for sent in ({}, TOKEN)),
        ("/optional", {}, 204),
        *(("/basic", sent, status) for sent, status in (({}, 401), (TOKEN, 401), (BASIC, 204))),
        *(("/header", sent, status) for sent, status in (({}, 401), (KEY, 204))),
        *((path, {}, status) for path, status in (("/query", 401), ("/query?key=k", 204))),
        *(("/cookie", sent, status) for sent, status in (({}, 401), (COOKIE, 204))),
        *(("/and", sent, 401) for sent in ({}, KEY, TOKEN)),
        ("/and", KEY | TOKEN, 204),
        *(("/or", sent, status) for sent, status in (({}, 401), (KEY, 204), (TOKEN, 204))),
    ],
)
def test_the_kind_of_credentials_that_the_contract_asks_for_is_needed(
    api: httpx2.Client, path: str, headers: dict[str, str], status: int
) -> None:
    answer = api.get(path, headers=headers)
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("request_", "content", "media_type", "status"),
    [
        ("PUT /items/1", '{"id": 1, "name": "a"}', "application/json", 204),
        ("PUT /items/1", '{"id": 0, "name": "a"}', "application/json", 422),
        ("PUT /items/one", '{"id": 1, "name": "a"}', "application/json", 422),
        ("PUT /items/1?more=1", '{"id": 1, "name": "a"}', "application/json", 422),
        ("PUT /items/1", "{", "application/json", 400),
        ("PUT /items/1", "a", "text/plain", 415),
        ("DELETE /items/1", "", "application/json", 405),
        ("GET /nowhere", "", "application/json", 404),
    ],
)
def test_a_request_that_breaks_the_contract_is_refused(
    api: httpx2.Client, request_: str, content: str, media_type: str, status: int
) -> None:
    method, path = request_.split()
    headers = TOKEN | {"Content-Type": media_type}
    assert api.request(method, path, content=content, headers=headers).status_code == status


def test_below_another_path_than_that_of_its_servers_nothing_is_served(api: httpx2.Client) -> None:
    url = str(api.base_url).replace("/v1", "/items/1")
    assert api.get(url, headers=TOKEN).status_code == 404


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(tmp_path: Path, how: signal.Signals) -> None:
    with mocking(tmp_path, contract()) as mock:
        assert mock.path == "/v1/named"
        url = f"{mock.base}/v1/open"
        with httpx2.Client(trust_env=False, verify=False) as client:
            assert client.get(url).status_code == 204
            assert os.listdir(mock.temporary)  # noqa: PTH208 - names are enough
            mock.process.send_signal(how)
            assert mock.process.wait(15) == 0
        assert not list(mock.temporary.iterdir())
    assert {each.name for each in tmp_path.iterdir()} == {"contract.yaml", "mock.log", "tmp"}
    assert "Traceback" not in (tmp_path / "mock.log").read_text()


def test_a_signal_ends_it_amid_a_request(tmp_path: Path) -> None:
    with mocking(tmp_path, contract()) as mock:
        host, port = mock.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            head = "PUT /v1/items/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\n"
            connection.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
            mock.process.terminate()
            assert mock.process.wait(15) == 0
        assert not list(mock.temporary.iterdir())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [", "contract.yaml:2: not YAML"),
        ("openapi: 2.0.0", "contract.yaml:1: #/openapi: "),
        (CONTRACT.replace("schemas/Item", "schemas/Items", 1), "there is nothing at #/components"),
    ],
)
def test_a_contract_at_fault_is_told_in_a_line(tmp_path: Path, text: str, line: str) -> None:
    done = refused(tmp_path, text)
    assert (done.returncode, done.stdout) == (2, "")
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_address_in_use_is_told_in_a_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = refused(tmp_path, contract(), f"--port={port}")
    assert (done.returncode, done.stdout) == (2, "")
    expected = f"--port: cannot listen on 127.0.0.1:{port}: "
    assert [line.startswith(expected) for line in done.stderr.splitlines()][-1]
    assert "Traceback" not in done.stderr


def test_what_cannot_be_honoured_is_left_out_if_that_is_allowed(tmp_path: Path) -> None:
    content = "{application/xml: {schema: {type: object}}, text/plain: {}}"
    response = f"{{'200': {{description: It., content: {content}}}}}"
    text = f"{CONTRACT}  /xml: {{get: {{responses: {response}}}}}\n"
    done = refused(tmp_path, text)
    assert done.returncode == 2
    assert "responses of application/xml are not written" in done.stderr
    with mocking(tmp_path, text, "--allow-unsupported") as mock:
        answer = httpx2.get(f"{mock.base}/v1/xml", headers=TOKEN, trust_env=False, verify=False)
    assert (answer.status_code, answer.text) == (200, "sample")
