"""What no log may hold, whatever is tested: secrets, tokens and parts of bodies."""

import re

from tests.forgeries import GOOD_PAYLOAD, GOOD_SIGNATURE, KEY
from tests.key_sets import KEYS

CANARY = "canary-7c21e"  # part of what is sent and never to come back
PASSWORD = "hunter2"  # noqa: S105 - in all database URLs of the tests
TOKEN = re.compile(r"eyJ[\w-]{8,}\.")  # a JSON object in base64url, and more to come
PRIVATE = tuple(key.pem.decode().splitlines()[1] for key in KEYS.values())
CANARIES = (KEY, PASSWORD, CANARY, GOOD_PAYLOAD.decode(), GOOD_SIGNATURE.decode(), *PRIVATE)


def told(log: str) -> list[str]:
    """Return what a log tells that it must not, cut off."""
    found = [canary for canary in CANARIES if canary in log] + TOKEN.findall(log)
    return [canary[:12] for canary in found]


def assert_silent_file(log: str) -> None:
    """Assert that the log of a server holds none of it but the token that it offers to try."""
    offered = [line for line in log.splitlines() if not line.startswith("curl ")]
    assert told("\n".join(offered)) == []
