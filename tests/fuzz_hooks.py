"""What the contract fuzzer must know of this API beyond its contract."""

from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData


@schemathesis.hook
def filter_failure(
    context: HookContext,  # noqa: ARG001 - the hook's signature
    failure: Failure,
    case: Case[Any],  # noqa: ARG001 - the hook's signature
    response: Response,
) -> bool:
    """Accept that a cursor is refused which no page has handed out: only the server makes them."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 422:
        return True
    return [place.get("parameter") for place in response.json()["errors"]] != ["cursor"]
