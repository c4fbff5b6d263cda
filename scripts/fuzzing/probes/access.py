"""Access: without credentials, or with broken ones, nothing answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.fuzzing.judging import Judge
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "access"
_UNSIGNED = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
"""The head of a JWT that says that nobody has signed it (RFC 7519 §6.1)."""


@dataclass(frozen=True)
class Knock:
    """One operation with a proof that is none: `status` is what the answer must have."""

    endpoint: Endpoint
    what: str
    proof: dict[str, str]
    statuses: Sequence[int] = (401,)

    def run(self, judge: Judge) -> None:
        """Ask, and take down any other answer."""
        stage = judge.stage
        request = stage.request(stage.bob, self.endpoint)
        if request is None:
            return
        answer = stage.bob.actor.send_as(request, self.proof)
        stage.ledger.coverage[self.endpoint.id, KIND] += 1
        stage.failed(KIND, self.endpoint, request, answer)
        if answer.status not in self.statuses and answer.status < 500:
            wanted = " or ".join(map(str, self.statuses))
            detail = f"{self.what}: status is {answer.status}, not {wanted}"
            stage.ledger.find(KIND, self.endpoint.id, detail, [request.curl()])


def knocks(stage: Stage) -> Iterator[Knock]:
    """Return every operation without credentials, and with ones that nobody was given."""
    proof = stage.bob.actor.credential
    for endpoint in stage.endpoints():
        # Where a contract tells of 403 alone, this is how it refuses those whom it does not know.
        lone = {"401", "4XX", "default"}.isdisjoint(
            endpoint.statuses
        ) and "403" in endpoint.statuses
        statuses = (401, 403) if lone else (401,)
        yield Knock(endpoint, "without credentials", {}, statuses)
        for what, value in broken(proof.value):
            yield Knock(endpoint, what, {proof.header: value}, statuses)
        yield from _without_scopes(stage, endpoint)


def broken(value: str) -> Iterator[tuple[str, str]]:
    """Return what looks like a credential: with another character near its end, or unsigned."""
    # The very last characters of base64 may hold bits that say nothing.
    end = max(len(value) - 8, 0)
    yield "with broken credentials", f"{value[:end]}{_other(value[end])}{value[end + 1 :]}"
    scheme, space, token = value.rpartition(" ")
    if token.count(".") == 2 and token.startswith("eyJ"):
        payload = token.split(".")[1]
        yield "with an unsigned token", f"{scheme}{space}{_UNSIGNED}.{payload}."


def _other(character: str) -> str:
    return "A" if character != "A" else "B"


def _without_scopes(stage: Stage, endpoint: Endpoint) -> Iterator[Knock]:
    """Return the operation with credentials that are good for all but what it takes."""
    if not endpoint.scopes:
        return
    if stage.mint is None:
        stage.ledger.notes["scopes"] = "credentials without scopes can only be made for a project"
        return
    every = {scope for each in stage.surface.secured for scope in each.scopes}
    for what, scopes in (("no scope", set[str]()), ("other scopes", every - endpoint.scopes)):
        proof = stage.mint(sorted(scopes))
        yield Knock(endpoint, f"with {what}", {proof.header: proof.value}, (403,))
