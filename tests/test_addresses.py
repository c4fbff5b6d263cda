"""Whose requests are counted together."""

import pytest

from impl.core.addresses import client


@pytest.mark.parametrize(
    ("peer", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:DB8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("nobody", "unknown"),
        ("192.0.2.7, 192.0.2.8", "unknown"),
    ],
)
def test_an_ipv4_address_is_a_client_and_so_is_a_64_of_ipv6(peer: str, name: str) -> None:
    assert client({"type": "http", "client": (peer, 4711)}) == name


@pytest.mark.parametrize("scope", [{}, {"client": None}])
def test_a_connection_without_an_address_is_of_one_unknown_client(scope: dict[str, object]) -> None:
    assert client(scope) == "unknown"
