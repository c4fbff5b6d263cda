"""Origins of pages (RFC 6454), as settings write them."""

import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")
IMPLIED_PORT = re.compile(r"http:.*:80$|https:.*:443$")


def _origins(written: object) -> tuple[str, ...]:
    if not isinstance(written, str):
        return ()
    origins = tuple(part.strip() for part in written.split(","))
    if not all(ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError
    # Browsers leave out the port that a scheme implies, so such an origin would never be met.
    if any(IMPLIED_PORT.match(origin) for origin in origins):
        raise ValueError
    return origins


Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]
"""Origins as browsers write them, separated by commas; neither "*" nor "null" is one."""
