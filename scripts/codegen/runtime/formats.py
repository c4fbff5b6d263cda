"""The formats of strings and numbers, read exactly as the contract's standards write them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from ipaddress import AddressValueError, IPv6Address
from math import isfinite
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, WrapValidator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class Spelling:
    """Rules on the text of a value that Python holds as something else than text."""

    def __init__(
        self,
        *,
        pattern: str | None = None,
        min_length: int | None = None,
        max_length: int | None = None,
        schema: CoreSchema | None = None,
    ) -> None:
        self.text = core_schema.str_schema(
            pattern=pattern, min_length=min_length, max_length=max_length, strict=True
        )
        self.schema = schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        value = handler(source)
        return core_schema.json_or_python_schema(
            json_schema=core_schema.chain_schema([self.text, self.schema or value]),
            python_schema=value,
        )


def _within_utc(value: datetime) -> datetime:
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("datetime_range", "Timestamp is out of range") from None
    return value


_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"

_datetime = core_schema.no_info_after_validator_function(
    _within_utc, core_schema.datetime_schema(strict=False, tz_constraint="aware")
)
_time = core_schema.time_schema(strict=False, tz_constraint="aware")

Uuid = Annotated[
    UUID,
    Spelling(
        pattern="^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        schema=core_schema.uuid_schema(strict=False),
    ),
]
"""RFC 9562 §4, with hyphens."""

DateTime = Annotated[datetime, Spelling(pattern=f"^{_DATE}[Tt]{_TIME}$", schema=_datetime)]
"""RFC 3339 `date-time`: the offset is required, and UTC must be able to hold it."""

Date = Annotated[date, Spelling(pattern=f"^{_DATE}$", schema=core_schema.date_schema(strict=False))]
"""RFC 3339 `full-date`."""

Time = Annotated[time, Spelling(pattern=f"^{_TIME}$", schema=_time)]
"""RFC 3339 `full-time`: the offset is required."""

Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Number = Annotated[float, Field(allow_inf_nan=False)]


def _matching(pattern: str) -> Any:
    return Field(pattern=pattern)


_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
URI_NAME = r"([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_SEGMENT = f"(:|@|{URI_NAME})"
_HOST = rf"((:|{URI_NAME})*@)?(\[[0-9A-Fa-f:.]+\]|{URI_NAME}*)(:[0-9]*)?"
_PATHS = rf"(//{_HOST})?(/{_SEGMENT}*)*"
RELATIVE = rf"{_PATHS}(\?(/|\?|{_SEGMENT})*)?(#(/|\?|{_SEGMENT})*)?"

ABSOLUTE = f"[A-Za-z][A-Za-z0-9+.-]*:({_SEGMENT}+(/{_SEGMENT}*)*)?{RELATIVE}"

Uri = Annotated[str, _matching(f"^{ABSOLUTE}$")]
"""RFC 3986 §3."""

_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"

Email = Annotated[str, _matching(rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*$")]
"""RFC 5321 §4.1.2 `Mailbox`, without quoted local parts and address literals."""

Hostname = Annotated[str, _matching(rf"^{_LABEL}(\.{_LABEL})*$"), Field(max_length=253)]
"""RFC 1123 §2.1."""

Base64 = Annotated[str, _matching("^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")]
"""RFC 4648 §4, with its padding."""

_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"

Ipv4 = Annotated[str, _matching(rf"^{_OCTET}(\.{_OCTET}){{3}}$")]
"""RFC 2673 §3.2 `dotted-quad`."""


def _ipv6(value: str) -> str:
    try:
        IPv6Address(value)
    except AddressValueError:
        raise PydanticCustomError("ipv6", "Value is no IPv6 address") from None
    return value


Ipv6 = Annotated[str, _matching("^[0-9A-Fa-f:.]*$"), AfterValidator(_ipv6)]
"""RFC 4291 §2.2, without a zone."""


def _finite(value: Any) -> Any:
    match value:
        case float() if not isfinite(value):
            raise PydanticCustomError("finite_number", "Number is out of range")
        case dict():
            for item in value.values():
                _finite(item)
        case list():
            for item in value:
                _finite(item)
    return value


Anything = Annotated[Any, AfterValidator(_finite)]
"""Any JSON value: `1e400` is none that would be written as it was read."""


def _exactly(value: Any, validate: Callable[[Any], Any]) -> Any:
    found = validate(value)
    if type(found) is not type(value):
        raise PydanticCustomError("literal_type", "Value is of another type")
    return found


Exactly = WrapValidator(_exactly)
"""A constant of the same type, too: to Python, `1 == True`."""
