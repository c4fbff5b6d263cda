"""The contract shows the problems that the API answers with, and no others."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import pytest

from impl.core.problems import InsufficientScope, Problem, document
from tests.contract import DOCUMENT, OPERATIONS, Operation, resolved

MEDIA_TYPE = "application/problem+json"
NOT_SHARED = {"errors", "correlation_id"}  # what differs from one problem to the next

EXAMPLES: Mapping[str, dict[str, Any]] = {
    name: response["content"][MEDIA_TYPE]["example"]
    for name, response in DOCUMENT["components"]["responses"].items()
    if MEDIA_TYPE in response.get("content", {})
}


def errors_of(operation_id: str) -> dict[str, Any]:
    """Return the responses to errors that the contract declares for an operation."""
    items = DOCUMENT["paths"].values()
    operations = [each for item in items for each in item.values() if isinstance(each, dict)]
    (declared,) = (each for each in operations if each.get("operationId") == operation_id)
    return {code: value for code, value in declared["responses"].items() if code >= "400"}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_contract_shows_each_problem_as_the_api_answers_it(name: str) -> None:
    example = EXAMPLES[name]
    answered = document(Problem(example["status"]))
    shared = {key: value for key, value in example.items() if key not in NOT_SHARED}
    assert shared == {key: value for key, value in answered.items() if key not in NOT_SHARED}
    assert shared["title"] == HTTPStatus(example["status"]).phrase


def test_each_status_has_one_problem_in_the_contract() -> None:
    statuses = [example["status"] for example in EXAMPLES.values()]
    assert len(set(statuses)) == len(statuses) > 0


def test_the_contract_shows_the_challenge_for_scopes_as_the_api_sends_it() -> None:
    declared = DOCUMENT["components"]["responses"]["Forbidden"]["headers"]
    sent = InsufficientScope({"todos:write"}, {"todos:write", "todos:read"}).headers
    assert sent == {name: resolved(header)["example"] for name, header in declared.items()}
    assert not any(resolved(header).get("required") for header in declared.values())


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_each_error_of_an_operation_is_the_problem_of_its_status(operation: Operation) -> None:
    errors = errors_of(operation.id)
    assert {"401", "422", "429", "500", "503"} <= errors.keys()
    assert ("403" in errors) is not operation.takes_refresh
    for code, response in errors.items():
        example = resolved(response)["content"][MEDIA_TYPE]["example"]
        assert str(example["status"]) == code
        assert example in EXAMPLES.values()
