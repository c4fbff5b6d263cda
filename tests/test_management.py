"""The private port: health and documentation, of which the API's port knows nothing."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from tests.contract import WRITTEN
from tests.running import PROJECT, Running

PAGES = ("/docs", "/redoc")
PRIVATE = ("/livez", "/readyz", "/openapi.json", "/openapi.yaml", "/docs/oauth2-redirect", *PAGES)


class Resources(HTMLParser):
    """The addresses that a page loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(
        self,
        tag: str,  # noqa: ARG002 - the parser's signature
        attrs: list[tuple[str, str | None]],
    ) -> None:
        """Keep what the element refers to."""
        self.addresses += [value for name, value in attrs if name in {"src", "href"} and value]


@pytest.fixture
def private(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of the management port."""
    with httpx2.Client(base_url=server.management, trust_env=False, timeout=10) as client:
        yield client


def test_the_server_lives_and_is_ready(private: httpx2.Client) -> None:
    for path, status in (("/livez", "alive"), ("/readyz", "ready")):
        answer = private.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": status})


def test_the_contract_is_served_as_it_was_written(private: httpx2.Client) -> None:
    generated = (PROJECT / "generated" / "openapi.json").read_bytes()
    assert private.get("/openapi.json").json() == json.loads(generated)
    written = private.get("/openapi.yaml")
    assert written.content == WRITTEN.read_bytes()
    assert written.headers["content-type"].startswith("application/yaml")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_all_that_it_needs_from_its_own_port(
    private: httpx2.Client, page: str
) -> None:
    answer = private.get(page)
    addresses = Resources(answer.text).addresses
    assert answer.headers["content-type"].startswith("text/html")
    assert any(address.endswith(".js") for address in addresses)
    for address in addresses:
        assert urlsplit(address).netloc == ""
        resource = private.get(urljoin(page, address))
        assert (resource.status_code, resource.content != b"") == (200, True)
    assert re.search(r"https?://", answer.text) is None
    # What the scripts would load from elsewhere, the browser refuses them.
    assert answer.headers["content-security-policy"].startswith("default-src 'self' ")
    assert "." not in answer.headers["content-security-policy"]
    assert "/openapi.json" in answer.text


@pytest.mark.parametrize("path", PRIVATE)
def test_the_private_port_is_not_the_apis(server: Running, path: str) -> None:
    with httpx2.Client(base_url=server.api, trust_env=False) as anonymous:
        assert anonymous.get(path).status_code == 401
    with server.client("alice") as client:
        assert client.get(path).status_code == 404


def test_the_api_is_not_served_on_the_private_port(server: Running, private: httpx2.Client) -> None:
    headers = {"Authorization": f"Bearer {server.token('alice')}"}
    for path in ("/api/todos", "/api/users/alice", "/nothing"):
        assert private.get(path, headers=headers).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static-offline-docs/../../__init__.py",
        "/static-offline-docs/%2e%2e/%2e%2e/__init__.py",
        "/static-offline-docs/..%2f..%2f__init__.py",
        "/static-offline-docs//etc/passwd",
        "/static-offline-docs/%00",
        "/openapi.yaml/../pyproject.toml",
    ],
)
def test_the_private_port_serves_no_other_files(private: httpx2.Client, path: str) -> None:
    assert private.get(path).status_code == 404
