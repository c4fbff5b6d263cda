"""What the contract fuzzer must know of this API beyond its contract."""

from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

# What no schema can say: where a cursor has to be the server's, and a list the caller's own.
KNOWN_TO_THE_SERVER = {"cursor", "#/list_id", "#/change/list_id"}


@schemathesis.hook
def filter_failure(
    context: HookContext,  # noqa: ARG001 - the hook's signature
    failure: Failure,
    case: Case[Any],  # noqa: ARG001 - the hook's signature
    response: Response,
) -> bool:
    """Accept that a cursor is refused which no page has handed out, or a list that is not there."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 422:
        return True
    (place, *others) = response.json()["errors"]
    refused = place.get("parameter") or place.get("pointer")
    return bool(others) or refused not in KNOWN_TO_THE_SERVER
