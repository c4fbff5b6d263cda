"""What Schemathesis must know of an API beyond its contract."""

import os
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import EnsureResourceAvailability, RejectedPositiveData

from scripts.fuzzing import naming
from scripts.fuzzing.surface import CURSORS, HINT


@schemathesis.hook
def filter_failure(
    context: HookContext,  # noqa: ARG001 - the hook's signature
    failure: Failure,
    case: Case[Any],
    response: Response,
) -> bool:
    """Accept that what only the server makes is refused: a cursor, or an id that is not there.

    And that users are refused where the contract says that they do not have what it takes.
    """
    if isinstance(failure, EnsureResourceAvailability):
        # Where the path names nothing, the body names what is wanted, and others beside it.
        return bool(case.path_parameters)
    if not isinstance(failure, RejectedPositiveData):
        return True
    if response.status_code == 401:
        return not case.operation.definition.raw.get(HINT, {}).get("skip")
    if response.status_code not in {400, 422}:
        return True
    cursors = set(os.environ.get(CURSORS, "").split())
    refused = _refused(response)
    return not refused or any(name not in cursors and naming.stem(name) is None for name in refused)


def _refused(response: Response) -> set[str]:
    """Return what is named as wrong, where the answer names anything: parameters, properties."""
    try:
        places = response.json().get("errors", [])
        return {str(each.get("parameter") or _property(each.get("pointer"))) for each in places}
    except (ValueError, AttributeError):
        return set()


def _property(pointer: str) -> str:
    """Return the property that a pointer leads to, or leads into."""
    names = [step for step in pointer.split("/") if not step.isdigit()]
    return names[-1]
