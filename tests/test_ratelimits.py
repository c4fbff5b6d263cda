"""Rates are kept, told and shared, and nobody is locked out by what others do wrong."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.contract import DOCUMENT, OPERATIONS, Operation
from tests.forgeries import KEY
from tests.running import Running, environment, serving, start
from tests.stores import storing

RATES = {
    "RATE_LIMIT_FAILURES": "5/hour",
    "RATE_LIMIT_ADDRESS": "30/hour",
    "RATE_LIMIT_USER": "20/hour",
    "RATE_LIMIT_WRITES": "4/hour",
    "TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8",
}
NUMBERS = count(1)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a server with limits, which believes what this machine says of addresses."""
    with serving(tmp_path_factory.mktemp("limited"), environ=RATES) as running:
        yield running


@pytest.fixture
def address() -> str:
    """Return an address that no other test sends from."""
    number = next(NUMBERS)
    return f"198.51.100.{number}"


def client(running: Running, address: str, user_id: str | None = None) -> httpx2.Client:
    """Return a client of a user at an address, as a proxy shows it."""
    calls = running.client(user_id or f"user-{uuid4()}")
    calls.headers["X-Forwarded-For"] = address
    return calls


def statuses(calls: httpx2.Client, requests: int, **headers: str) -> list[int]:
    """Return how so many requests are answered."""
    return [calls.get("/api/todos", headers=headers).status_code for _ in range(requests)]


def test_requests_without_a_token_are_refused_401_and_then_429(
    limited: Running, address: str
) -> None:
    with client(limited, address) as calls:
        assert statuses(calls, 8, Authorization="Bearer x") == [401] * 5 + [429] * 3
        assert statuses(calls, 1, Authorization="") == [429]


def test_failures_of_an_address_lock_out_nobody_with_a_token(
    limited: Running, address: str
) -> None:
    with client(limited, address) as calls:
        assert statuses(calls, 40, Authorization="Bearer x")[-1] == 429
        assert statuses(calls, 20) == [200] * 20


def test_the_log_tells_of_a_flood_in_one_line_beyond_what_was_let_by(
    limited: Running, address: str
) -> None:
    with client(limited, address) as calls:
        statuses(calls, 20, Authorization="Bearer x")
    told = [line for line in limited.log.read_text().splitlines() if f"'{address}'" in line]
    assert len(told) == 5 + 1
    assert told[-1].endswith(f"limited policy=failures client='{address}'")


def test_each_user_has_a_quota_wherever_the_requests_come_from(limited: Running) -> None:
    user_id = f"user-{uuid4()}"
    answers = []
    for number in range(21):
        with client(limited, f"2001:db8:{number}::1", user_id) as calls:
            answers += statuses(calls, 1)
    assert answers == [200] * 20 + [429]
    with client(limited, "2001:db8:ff::1") as calls:
        assert statuses(calls, 1) == [200]


def test_each_address_has_a_quota_whoever_sends(limited: Running, address: str) -> None:
    answers = []
    for _ in range(3):
        with client(limited, address) as calls:
            answers += statuses(calls, 11)
    assert answers == [200] * 30 + [429] * 3


def test_what_is_refused_to_one_user_is_not_taken_from_others_at_the_address(
    limited: Running, address: str
) -> None:
    with client(limited, address) as greedy, client(limited, address) as modest:
        assert statuses(greedy, 100)[20:] == [429] * 80
        assert statuses(modest, 10) == [200] * 10


def test_a_64_of_ipv6_is_one_address(limited: Running) -> None:
    answers = []
    for number in range(7):
        with client(limited, f"2001:db8:aa:bb:{number}::1") as calls:
            answers += statuses(calls, 1, Authorization="Bearer x")
    assert answers == [401] * 5 + [429] * 2


def test_writes_have_a_quota_of_their_own(limited: Running, address: str) -> None:
    with client(limited, address) as calls:
        answers = [calls.post("/api/todos", json={"title": "x"}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [201] * 4 + [429] * 2
        assert len(calls.get("/api/todos").json()["items"]) == 4


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_each_operation_tells_what_was_exceeded_and_when_there_is_room(
    operation: Operation, limited: Running, address: str
) -> None:
    with client(limited, address, "ada") as calls:
        calls.headers["Authorization"] = "Bearer x"
        for _ in range(6):
            answer = calls.request(operation.method, operation.target("ada"), **operation.content)
    assert answer.status_code == 429
    declared = DOCUMENT["components"]["responses"]["TooManyRequests"]
    ((media_type, content),) = declared["content"].items()
    assert (answer.headers["content-type"], answer.json()) == (media_type, content["example"])
    assert {name.lower() for name in declared["headers"]} <= answer.headers.keys()
    assert "www-authenticate" not in answer.headers
    seconds = int(answer.headers["retry-after"])
    assert 3500 < seconds <= 3600
    assert answer.headers["ratelimit"] == f'"failures";r=0;t={seconds}'
    assert answer.headers["ratelimit-policy"] == '"failures";q=5;w=3600'


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        ("203.0.113.9, {}", True),
        ("{}, 10.1.2.3", True),
        ("{}, 203.0.113.10", False),
    ],
)
def test_of_forwarded_addresses_the_last_that_is_no_proxy_counts(
    forwarded: str, *, counted: bool, limited: Running, address: str
) -> None:
    with client(limited, address) as calls:
        assert statuses(calls, 6, Authorization="Bearer x")[-1] == 429
    with client(limited, forwarded.format(address)) as calls:
        refused = statuses(calls, 1, Authorization="Bearer x") == [429]
    assert refused is counted


def test_nobody_is_believed_who_is_not_configured(server: Running) -> None:
    with client(server, "203.0.113.77") as calls:
        assert statuses(calls, 1, Authorization="Bearer x") == [401]
    last = server.log.read_text().splitlines()[-1]
    assert "client='127.0.0.1'" in last


def test_whoever_waits_as_long_as_told_is_served_again(tmp_path: Path) -> None:
    rates = {"RATE_LIMIT_USER": "3 per 2 seconds"}
    with serving(tmp_path, environ=rates) as running, running.client("ada") as calls:
        for _ in range(3):
            while (answer := calls.get("/api/todos")).status_code == 200:
                pass
            assert answer.status_code == 429
            time.sleep(int(answer.headers["retry-after"]))
            assert calls.get("/api/todos").status_code == 200


def test_two_servers_count_together_in_a_store_and_go_on_without_it(
    tmp_path: Path, own_database: str
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        (folder / "jwt-secret").write_text(KEY)
    rates = {"RATE_LIMIT_USER": "10/hour", "RATE_LIMIT_FAILURES": "6/hour"}
    with storing(tmp_path) as store, ExitStack() as stack:
        shared = {"RATE_LIMIT_STORAGE_URL": store.url, "DATABASE_URL": own_database}
        one, two = (
            stack.enter_context(serving(folder, f"--workers={workers}", environ=rates | shared))
            for folder, workers in zip(folders, (2, 1), strict=True)
        )
        with one.client("ada") as here, two.client("ada") as there:
            answers = [answer for _ in range(8) for answer in (sent(here), sent(there))]
            assert answers == [200] * 10 + [429] * 6
            failures = [sent(calls, "Bearer x") for _ in range(4) for calls in (here, there)]
            assert failures == [401] * 6 + [429] * 2
            store.stop()
            assert {sent(here), sent(there)} == {200}
            assert "rate limits fails, each process counts for itself" in two.log.read_text()
    assert "Traceback" not in one.log.read_text() + two.log.read_text()


def sent(calls: httpx2.Client, authorization: str | None = None) -> int:
    """Send a request on a connection of its own, so that any worker may get it."""
    headers = {"Connection": "close"}
    if authorization:
        headers["Authorization"] = authorization
    return calls.get("/api/todos", headers=headers).status_code


def test_several_workers_are_refused_without_a_store(tmp_path: Path) -> None:
    refused = start("--workers=2", f"--data={tmp_path}", RATE_LIMIT_USER="10/minute")
    assert refused.returncode == 2
    assert re.fullmatch(r"RATE_LIMIT_STORAGE_URL is required [^\n]+\n", refused.stderr)


def test_a_second_server_of_the_same_api_is_refused_without_a_store(
    tmp_path: Path, own_database: str
) -> None:
    variables = {"RATE_LIMIT_USER": "10/minute", "DATABASE_URL": own_database}
    with serving(tmp_path, environ=variables):
        refused = start(f"--data={tmp_path / 'other'}", **variables)
    assert refused.returncode == 2
    assert re.fullmatch(r"RATE_LIMIT_STORAGE_URL is required: [^\n]+\n", refused.stderr)
    with serving(tmp_path, environ=variables) as again:
        assert again.stop() == 0


def test_of_the_workers_of_another_server_no_more_than_one_serves_without_a_store(
    tmp_path: Path, own_database: str
) -> None:
    variables = {"RATE_LIMIT_USER": "10/minute", "DATABASE_URL": own_database, "JWT_SECRET": KEY}
    command = ["-m", "uvicorn", "--factory", "impl.app:create", "--workers=2", "--port=0"]
    log = tmp_path / "uvicorn.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-P", *command],
            env=environment(**variables),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while "RATE_LIMIT_STORAGE_URL is required" not in (text := log.read_text()):
            assert server.poll() is None
            time.sleep(0.05)
    finally:
        server.terminate()
        server.wait(30)
    assert text.count("Application startup complete") <= 1


def test_a_store_that_does_not_answer_ends_the_start_with_one_line(tmp_path: Path) -> None:
    variables = {"RATE_LIMIT_USER": "10/minute", "RATE_LIMIT_STORAGE_URL": "valkey://127.0.0.1:1"}
    refused = start(f"--data={tmp_path}", **variables)
    assert refused.returncode == 2
    assert re.fullmatch(r"RATE_LIMIT_STORAGE_URL leads to no [^\n]+\n", refused.stderr)
