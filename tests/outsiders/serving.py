"""One of the outsiders, served on loopback as a process of its own, with the leaks asked for."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.outsiders.clinic.identity import credential as clinic_credential
from tests.outsiders.notes.identity import credential as notes_credential
from tests.outsiders.shop.identity import credential as shop_credential
from tests.running import environment

HERE = Path(__file__).parent
ADDRESS = re.compile(r"running on (http://127\.0\.0\.1:[0-9]+)")


@dataclass(frozen=True)
class Outsider:
    """An API of another team: its contract, where it answers, and two users' credentials.

    `base` is the path below which its operations are, and each credential a header with its value;
    `ids` is the pattern of the users' ids, unless their credentials tell them.
    """

    name: str
    contract: Path
    url: str
    base: str
    credentials: dict[str, str]
    ids: str | None

    @property
    def users(self) -> list[str]:
        """The users as scripts/fuzz takes them, perhaps with their ids."""
        if self.ids is None:
            return list(self.credentials.values())
        return [f"{self.ids.format(user)}={proof}" for user, proof in self.credentials.items()]

    def client(self, user: str) -> httpx2.Client:
        """Return a client that acts for a user."""
        name, _, value = self.credentials[user].partition(": ")
        return httpx2.Client(
            base_url=self.url + self.base, headers={name: value}, timeout=10, trust_env=False
        )


BASES = {"shop": "/v2", "notes": "", "clinic": "/api"}
CONTRACTS = {name: HERE / name / "openapi.yaml" for name in ("shop", "clinic")}
CONTRACTS["notes"] = HERE / "notes" / "openapi.json"
CREDENTIALS = {
    "shop": shop_credential,
    "notes": notes_credential,
    "clinic": clinic_credential,
}
IDS = {"shop": None, "notes": "{}", "clinic": "usr_{}"}
USERS = ("alice", "bob")


@contextmanager
def serving(name: str, folder: Path, leaks: Iterable[str] = ()) -> Iterator[Outsider]:
    """Run an outsider until the block ends."""
    log = folder / f"{name}.log"
    command = [sys.executable, "-P", "-m", "uvicorn", f"tests.outsiders.{name}.app:app"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--port=0", "--no-access-log"],
            env=environment(LEAKS=",".join(leaks)),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        credentials = {user: CREDENTIALS[name](user) for user in USERS}
        url = _address(process, log)
        yield Outsider(name, CONTRACTS[name], url, BASES[name], credentials, IDS[name])
    finally:
        process.terminate()
        process.wait(30)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the server says where it is."""
    while not (found := ADDRESS.search(log.read_text())):
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the server ended:\n{log.read_text()}")
    return found[1]
