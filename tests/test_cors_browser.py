"""Pages in a real browser: those of a configured origin read the API, all others do not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browsing import Site, site
from tests.running import Running, serving

READ = """
const created = await call(`${api}/api/todos`, {
  method: "POST", headers: {...token, "Content-Type": "application/json"},
  body: JSON.stringify({title: "Milk"}),
});
const place = created.headers?.location;
const change = {"Content-Type": "application/merge-patch+json", "If-Match": '"1"'};
const patch = {method: "PATCH", headers: {...token, ...change}, body: '{"done": true}'};
return {
  created,
  read: await call(`${api}${place}`, {headers: token}),
  changed: await call(`${api}${place}`, patch),
  again: await call(`${api}${place}`, patch),
  current: await call(`${api}${place}`, {headers: {...token, "If-None-Match": '"2"'}}),
  credentials: await call(`${api}${place}`, {headers: token, credentials: "include"}),
  bare: await call(`${api}/api/todos`),
  nothing: await call(`${api}/nothing`, {headers: token}),
  unknown: await call(`${api}${place}`, {headers: {...token, "X-Unknown": "1"}}),
  deleted: await call(`${api}${place}`, {method: "DELETE", headers: token}),
};
"""
FLOOD = """
let answer;
do answer = await call(`${api}/api/todos`, {headers: token}); while (answer.status === 200);
return answer;
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a site that the API is configured for."""
    with site(tmp_path_factory.mktemp("own")) as served:
        yield served


@pytest.fixture(scope="module")
def api(own: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a server that lets pages of the site in."""
    environ = {"CORS_ORIGINS": f"https://app.example.com,{own.origin}", "RATE_LIMIT_USER": "50/day"}
    with serving(tmp_path_factory.mktemp("api"), environ=environ) as running:
        yield running


def run(page: Site, api: Running, user_id: str, script: str) -> Any:
    """Run a script that knows where the API is, and a user's token."""
    authorization = json.dumps({"Authorization": f"Bearer {api.token(user_id)}"})
    return page.run(f"const api = {json.dumps(api.api)}, token = {authorization};{script}")


def test_a_page_of_a_configured_origin_reads_and_writes(own: Site, api: Running) -> None:
    said = run(own, api, "ada", READ)
    assert said.pop("unknown") == {"error": "TypeError"}
    assert {name: answer["status"] for name, answer in said.items()} == {
        "created": 201,
        "read": 200,
        "changed": 200,
        "again": 412,
        "current": 304,
        "credentials": 200,
        "bare": 401,
        "nothing": 404,
        "deleted": 204,
    }
    assert said["created"]["headers"]["location"].startswith("/api/todos/")
    assert said["created"]["headers"]["etag"] == '"1"'
    assert said["changed"]["headers"]["etag"] == '"2"'
    assert json.loads(said["changed"]["body"])["done"] is True
    assert said["bare"]["headers"]["www-authenticate"] == "Bearer"
    assert json.loads(said["nothing"]["body"])["status"] == 404


def test_a_page_reads_how_long_to_wait(own: Site, api: Running) -> None:
    answer = run(own, api, "flood", FLOOD)
    assert answer["status"] == 429
    assert int(answer["headers"]["retry-after"]) > 3600
    assert answer["headers"]["ratelimit"].startswith('"user";r=0;t=')
    assert answer["headers"]["ratelimit-policy"] == '"user";q=50;w=86400'


def test_a_page_of_another_origin_reads_and_changes_nothing(
    api: Running, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with api.client("ada") as calls, site(tmp_path_factory.mktemp("foreign")) as foreign:
        before = calls.get("/api/todos").json()
        script = READ.replace("`${api}${place}`", "`${api}/api/todos/x`")
        said = run(foreign, api, "ada", script)
        assert calls.get("/api/todos").json() == before
    assert list(said.values()) == [{"error": "TypeError"}] * 10
