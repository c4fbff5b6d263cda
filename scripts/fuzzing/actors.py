"""Users: what they prove themselves with, what they say, and what is said to them."""

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

import httpx2

from scripts.agreement.request import Request
from scripts.fuzzing.answers import Answer
from scripts.fuzzing.ids import Id

_PATIENCE = 30.0
"""How many seconds an answer may take."""
_LONGEST = 60.0
"""How many seconds are waited when the server says that it was asked too often."""
_CUT = 599
"""What counts as the status where the server ends without one."""


class UnreachableError(Exception):
    """The API does not answer; the message says why in one line."""


@dataclass(frozen=True)
class Credential:
    """A header that proves who one is, and the id that the API knows them by, if that is known."""

    header: str
    value: str
    user_id: Id | None

    @property
    def secret(self) -> str:
        """What must not be shown."""
        return self.value.removeprefix("Bearer ")


def credential(text: str) -> Credential:
    """Read `TOKEN`, `Header: value` or `ID=` before one of these; raises ValueError."""
    name, colon, value = text.partition(": ")
    if not colon and ":" in text:
        name, colon, value = text.partition(":")
    user, equals, header = name.partition("=")
    if colon:
        header, user = (header, user) if equals else (name, "")
        value = value.strip()
    else:
        user, token = _split(text)
        header, value = "Authorization", f"Bearer {token}"
    if not value or not header.replace("-", "").isalnum() or not value.isascii():
        raise ValueError("--user: write TOKEN or 'Header: value', or ID= before it")
    found = Credential(header, value, None)
    return Credential(header, value, _id(user) if user else subject(found.secret))


def _split(text: str) -> tuple[str, str]:
    """Return the id and the token; a token may itself end in the padding of base64."""
    user, equals, token = text.partition("=")
    return (user, token) if equals and token.strip("=") else ("", text)


def _id(text: str) -> Id:
    return int(text) if text.isdecimal() and len(text) < 19 else text


def subject(token: str) -> Id | None:
    """Return the `sub` of a JWT (RFC 7519 §4.1.2), without verification; None for no JWT."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return _id(str(claims["sub"]))
    except (IndexError, ValueError, KeyError, TypeError):
        return None


@dataclass
class Actor:
    """A user of the API. `token` begins every canary; `ids` are those of what they own."""

    name: str
    credential: Credential
    client: httpx2.Client
    base: str
    token: str
    ids: set[Id] = field(default_factory=set)
    listeners: list[Callable[[Request, Answer], None]] = field(default_factory=list)
    _canaries: int = 0

    @property
    def user_id(self) -> Id | None:
        """The id that the API knows them by."""
        return self.credential.user_id

    def under(self, token: str) -> "Actor":
        """Return one who writes other canaries, from the first one on."""
        return replace(self, token=token, _canaries=0)

    def canary(self) -> str:
        """Return a text that only this user writes, another one each time."""
        self._canaries += 1
        return f"{self.token}{self._canaries}"

    def send(self, request: Request) -> Answer:
        """Send a request; raises UnreachableError."""
        answer = self.send_as(request, {self.credential.header: self.credential.value})
        for listen in self.listeners:
            listen(request, answer)
        return answer

    def send_as(self, request: Request, proof: dict[str, str]) -> Answer:
        """Send a request with other credentials, or with none; raises UnreachableError."""
        deadline = time.monotonic() + _LONGEST
        while (answer := self._exchange(request, proof)).status == 429:
            wait = _seconds(answer.header("retry-after"))
            if time.monotonic() + wait > deadline:
                return answer
            time.sleep(wait)
        return answer

    def _exchange(self, request: Request, proof: dict[str, str]) -> Answer:
        """Send a request; once more where the server has just closed a connection that was kept."""
        try:
            return self._once(request, proof)
        except (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError):
            try:
                return self._once(request, proof)
            except (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError):
                return Answer(_CUT, (), b"the connection was cut")
        except httpx2.HTTPError as error:
            why = str(error) or type(error).__name__
            raise UnreachableError(f"{self.base}: no answer: {why}") from None

    def _once(self, request: Request, proof: dict[str, str]) -> Answer:
        start = time.perf_counter()
        response = self.client.request(
            request.method,
            self.base + request.target,
            headers=[*request.headers, *proof.items()],
            content=request.body or None,
        )
        seconds = time.perf_counter() - start
        headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
        return Answer(response.status_code, headers, response.content, seconds)

    def curl(self, request: Request) -> str:
        """Return a command that sends the request; credentials are variables of the shell."""
        variable = f"${self.name.upper()}"
        shown = self.credential.value.replace(self.credential.secret, variable)
        return f'{request.curl()} -H "{self.credential.header}: {shown}"'


def _seconds(text: str | None) -> float:
    try:
        return min(max(float(text or 1), 0.05), _LONGEST)
    except ValueError:
        return 1.0


def client() -> httpx2.Client:
    """Return an HTTP client that keeps its connection, and follows nothing."""
    return httpx2.Client(timeout=_PATIENCE, trust_env=False, headers={"Accept": "*/*"})


def actor(name: str, proof: Credential, http: httpx2.Client, base: str, random: Random) -> Actor:
    """Return a user with canaries of their own, below the base URL of the API."""
    letters = "".join(random.choice("bcdfghjkmnpqrstvwz") for _ in range(8))
    return Actor(name, proof, http, base, f"zq{name[0]}{letters}{secrets.token_hex(2)}q")
