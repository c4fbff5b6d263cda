"""What Schemathesis must know of an API beyond its contract."""

import os
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

CURSORS = "FUZZ_CURSORS"
"""The variable with the names of the parameters whose values only the server makes."""


@schemathesis.hook
def filter_failure(
    context: HookContext,  # noqa: ARG001 - the hook's signature
    failure: Failure,
    case: Case[Any],
    response: Response,
) -> bool:
    """Accept that a cursor is refused which no page has handed out."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code not in {400, 422}:
        return True
    cursors = set(os.environ.get(CURSORS, "").split())
    is_sent = not cursors.isdisjoint(case.query or ())
    return not is_sent or not _named(response) <= cursors


def _named(response: Response) -> set[str]:
    """Return the parameters that are named as wrong, where the answer names any."""
    try:
        return {str(place.get("parameter")) for place in response.json().get("errors", [])}
    except (ValueError, AttributeError):
        return set()
