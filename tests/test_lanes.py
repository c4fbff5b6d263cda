"""Lanes: many requests on a few connections, each of which gets its own answer."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlmodel import Text, col, func, literal, select

from impl.core.lane import Lane
from impl.core.paging import Order
from impl.core.prepared import OWNER, Prepared, bind
from impl.core.problems import Problem
from impl.tables import TodoRow
from tests.load import Load, Todo, opened, scope_of
from tests.relay import relayed

IDENTITY = Prepared(select(func.set_config("app.user_id", bind(OWNER, Text()), True)))
LOOPS: list[Any] = [asyncio.new_event_loop, uvloop.new_event_loop]
SETTINGS = Prepared(
    select(
        func.current_setting("role"),
        func.current_setting("app.user_id", True),
        func.current_setting("statement_timeout"),
    )
)


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("prepared", [True, False], ids=["prepared", "unprepared"])
def test_of_ten_thousand_requests_on_two_lanes_each_gets_its_own_answer(
    database_url: str, postgres: psycopg.Connection, owner: str, loop: Any, *, prepared: bool
) -> None:
    async def steps() -> None:
        async with opened(database_url, lanes=2, prepared_statements=prepared) as database:
            load = Load(database, owner, users=100)
            await load.fill()
            await load.run(10_000)
        assert len(load.seen) == 9
        assert "unavailable" not in load.seen
        load.check_rows(postgres, owner)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(steps())


def test_requests_that_are_given_up_leave_the_lane_in_order(database_url: str, owner: str) -> None:
    async def steps() -> None:
        async with opened(database_url, lanes=1) as database:
            load = Load(database, owner, users=3)
            await load.fill()
            given_up = [asyncio.create_task(load.list(scope)) for scope in load.scopes * 9]
            kept = [asyncio.create_task(load.read(scope)) for scope in load.scopes * 9]
            await asyncio.sleep(0)
            for task in given_up:
                task.cancel()
            await asyncio.gather(*kept)
            assert all(task.cancelled() for task in given_up)
            for scope in load.scopes:
                await load.list(scope)

    asyncio.run(steps())


def test_each_group_has_its_own_identity_and_leaves_none_behind(
    database_url: str, owner: str
) -> None:
    async def steps() -> None:
        async with opened(database_url, lanes=1, statement_timeout_ms=4_321) as database:
            owners = [f"{owner}-{each}" for each in range(50)]
            seen = await asyncio.gather(*(database.run(each, SETTINGS, {}) for each in owners))
            expected = [("freehold_user", each, "4321ms") for each in owners]
            assert [row for rows in seen for row in rows] == expected
            with pytest.raises(Problem):
                await database.run("a\0b", SETTINGS, {})
            assert await database.run("next", SETTINGS, {}) == [("freehold_user", "next", "4321ms")]

    asyncio.run(steps())


def test_after_a_group_the_connection_is_itself_again(database_url: str, owner: str) -> None:
    async def steps() -> None:
        connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
        identities = [
            Prepared(
                select(func.set_config("role", "freehold_user", True)).add_columns(
                    func.set_config("app.user_id", owner, True)
                )
            ),
            Prepared(select(literal(1))),
        ]
        seen = []
        for identity in identities:
            # The second takes the connection over from the first.
            lane = Lane(
                connection, identity, lambda _: None, deadline_s=9, prepared_statements=False
            )
            seen += await lane.run(SETTINGS, "", {})
        lane.close()
        assert [row[:2] for row in seen] == [("freehold_user", owner), ("none", "")]

    asyncio.run(steps())


def segments_sent(connection: psycopg.AsyncConnection) -> int:
    """Return how many pieces of data a TCP connection has sent (`tcpi_data_segs_out`, tcp(7))."""
    with socket.fromfd(connection.pgconn.socket, socket.AF_INET, socket.SOCK_STREAM) as tcp:
        return int.from_bytes(
            tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)[156:], "little"
        )


def test_what_many_requests_send_in_one_turn_of_the_loop_leaves_together(
    database_url: str, owner: str
) -> None:
    async def steps() -> None:
        async with relayed(database_url) as (url, _):
            connection = await psycopg.AsyncConnection.connect(
                url.replace("+psycopg", ""), autocommit=True
            )
            lane = Lane(
                connection, IDENTITY, lambda _: None, deadline_s=9, prepared_statements=True
            )
            await lane.run(SETTINGS, owner, {})
            before = segments_sent(connection)
            await asyncio.gather(*(lane.run(SETTINGS, owner, {}) for _ in range(100)))
            assert segments_sent(connection) - before < 10
            lane.close()

    asyncio.run(steps())


def test_a_libpq_that_sends_each_group_by_itself_serves_as_well(
    database_url: str, postgres: psycopg.Connection, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impl.core.lane.sync", psycopg.pq.PGconn.pipeline_sync)

    async def steps() -> None:
        async with opened(database_url, lanes=2) as database:
            load = Load(database, owner, users=20)
            await load.fill()
            await load.run(1_000)
            load.check_rows(postgres, owner)

    asyncio.run(steps())


def test_prepared_statements_are_named_only_where_they_are_wanted(
    database_url: str, owner: str, tmp_path: Path
) -> None:
    async def steps(*, prepared: bool) -> set[bytes]:
        async with (
            relayed(database_url, tmp_path) as (url, relay),
            opened(url, prepared_statements=prepared) as database,
        ):
            load = Load(database, f"{owner}-{prepared}", users=2)
            await load.fill()
            await load.run(100, workers=5)
            assert relay.sent.count("IDENTITY") == relay.sent.count("SYNC")
        return relay.names

    assert asyncio.run(steps(prepared=False)) == {b""}
    assert b"" not in asyncio.run(steps(prepared=True))


def test_more_statements_than_a_connection_keeps_are_all_answered(
    database_url: str, owner: str
) -> None:
    async def steps() -> None:
        async with opened(database_url, lanes=1) as database:
            constants = [Prepared(select(literal(each))) for each in range(600)]
            for _ in range(2):
                rows = await asyncio.gather(
                    *(database.run(owner, each, {}) for each in constants[:200])
                )
                assert [row[0][0] for row in rows] == list(range(200))
                for number, each in enumerate(constants):
                    assert await database.run(owner, each, {}) == [(number,)]
            names = select(func.count()).select_from(func.pg_prepared_statement().alias())
            ((kept,),) = await database.run(owner, Prepared(names), {})
            assert kept <= 257

    asyncio.run(steps())


def certificate(folder: Path) -> ssl.SSLContext:
    """Return the context of a server that certifies itself."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    valid = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    pem = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + valid.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.parametrize("way", ["unix", "tcp", "tls"])
@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
def test_more_than_a_socket_holds_is_sent_and_read_whole(
    database_url: str, owner: str, tmp_path: Path, way: str, loop: Any
) -> None:
    """All requests are sent before the first is answered: hence more than a socket holds."""

    async def steps() -> None:
        tls = certificate(tmp_path) if way == "tls" else None
        folder = tmp_path if way == "unix" else None
        async with (
            relayed(database_url, folder, tls) as (url, _),
            opened(url, lanes=1, lane_depth=1_000) as database,
        ):
            scopes = [scope_of(database, f"{owner}-{each}") for each in range(5)]
            bodies = [{"title": str(each), "notes": f"{each:10000}"} for each in range(100)]
            added = await asyncio.gather(
                *(scope.add(TodoRow, body, Todo) for scope in scopes for body in bodies)
            )
            assert [each.notes for each in added] == [body["notes"] for body in bodies] * 5
            order = Order(col(TodoRow.created_at))
            found = await asyncio.gather(
                *(scope.find(TodoRow, Todo, order=order, limit=200) for scope in scopes)
            )
            assert [len(each) for each in found] == [100] * 5

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(steps())
