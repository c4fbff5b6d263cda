"""The kinds of requests, and how often each occurs in the mix."""

from enum import StrEnum


class Operation(StrEnum):
    """A kind of request that is measured."""

    GET = "get"
    PAGE = "page"
    POST = "post"
    PATCH = "patch"
    MIX = "mix"


SINGLE = (Operation.GET, Operation.PAGE, Operation.POST, Operation.PATCH)
SHARES = {Operation.GET: 12, Operation.PAGE: 4, Operation.POST: 2, Operation.PATCH: 2}
"""Of 20 requests of the mix, how many are of each kind."""

TITLES = {
    Operation.GET: "GET one",
    Operation.PAGE: "GET a page of 20",
    Operation.POST: "POST",
    Operation.PATCH: "PATCH",
    Operation.MIX: "mix",
}
STATUS = {Operation.GET: 200, Operation.PAGE: 200, Operation.POST: 201, Operation.PATCH: 200}
PAGE_SIZE = 20
