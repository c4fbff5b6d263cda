"""What every refusal looks like, whatever was refused."""

from generated.models import Problem
from tests.running import Running
from tests.silence import CANARY
from tests.wire import Answer


def assert_harmless(answer: Answer) -> None:
    """Assert that a request has not made the server fail.

    An error is a problem document as the contract has it, which repeats nothing that was sent.
    """
    if answer.status < 400:
        return
    assert answer.status < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert Problem.model_validate_json(answer.body).status == answer.status
    assert CANARY not in f"{answer.headers}{answer.body!r}"


def assert_silent(server: Running) -> None:
    """Assert that the log of a server tells of no failure, and nothing that was sent."""
    # The server itself announces a token to try it with, in a line that begins with "curl".
    lines = [line for line in server.log.read_text().splitlines() if not line.startswith("curl ")]
    log = "\n".join(lines)
    assert "API" in log
    for telling in ("Traceback", "Exception", "correlation_id", "eyJ", CANARY):
        assert telling not in log
