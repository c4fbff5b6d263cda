"""Views: rows as the Pydantic models that an implementation answers with."""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import repeat
from typing import Any

from pydantic import BaseModel, TypeAdapter

from impl.core.prepared import Row


def views[View: BaseModel](view: type[View], rows: Iterable[Row]) -> list[View]:
    """Build answers from rows whose first columns are the fields of the view, in their order.

    Validated, not merely constructed: that is hardly slower, being compiled, and it turns text
    into the members of enumerations. Never strictly, since a row has text where the view has
    those.
    """
    names, validate = _reader(view)
    # A page's rows have more columns, which `zip` leaves out.
    return validate(list(map(dict, map(zip, repeat(names), rows))), strict=False, by_name=True)


@cache
def _reader[View: BaseModel](view: type[View]) -> tuple[tuple[str, ...], Callable[..., list[Any]]]:
    adapter = TypeAdapter(list[view])  # type: ignore[valid-type]  # known only now
    return tuple(view.model_fields), adapter.validator.validate_python
