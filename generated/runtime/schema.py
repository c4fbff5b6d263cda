# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""A schema of the contract: how its values are read from JSON, and written as JSON."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from .faults import MANY, details, in_body, is_malformed
from .gate import Fault
from .rules import Rules
from .values import whole

_STRICT = ConfigDict(strict=True)
_WHOLE = re.compile(rb"[0-9](\.0|[eE])")


class Unfit(ValueError):  # noqa: N818 - it is no error of the program: the value is at fault
    """A value that breaks its schema; without faults it is no JSON at all."""

    def __init__(self, faults: list[Fault], detail: str = "") -> None:
        super().__init__(detail or "; ".join(dict.fromkeys(fault["detail"] for fault in faults)))
        self.faults = faults


class Schema:
    """The values of a type. What the type does not say of them, a schema among `rules` does."""

    def __init__(self, type_: Any, rules: Rules | None = None, name: str = "") -> None:
        self.type = type_
        self.is_model = isinstance(type_, type) and issubclass(type_, BaseModel)
        self.rules = rules
        self.name = name

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """What Pydantic makes of the type; a model brings a configuration of its own."""
        return TypeAdapter(self.type, config=None if self.is_model else _STRICT)

    def prepare(self) -> None:
        """Build what reads and writes values, so that no request has to wait for it."""
        self._validate  # noqa: B018 - it is built when it is first looked at
        self.write  # noqa: B018

    @cached_property
    def write(self) -> Callable[[Any], bytes]:
        """Return what writes values as JSON; it raises an error for a value of another type."""
        serialize = self.adapter.serializer.to_json

        def write(value: Any) -> bytes:
            # Pydantic would write any model, and null for any type.
            if self.is_model and not isinstance(value, self.type):
                raise TypeError(f"{type(value).__name__} is no {self.type.__name__}")
            content = serialize(value, by_alias=True, warnings="error")
            if value is None:
                self.read(content)
            if self.rules and (faults := self._faults(from_json(content))):
                raise TypeError(f"the value breaks its schema at {faults[0]['pointer']}")
            return content

        return write

    @cached_property
    def check(self) -> Callable[[Any], Any]:
        """Return what raises ValidationError for a value in Python that is none of the type."""
        return self.adapter.validator.validate_python

    @cached_property
    def _validate(self) -> Callable[..., Any]:
        return self.adapter.validator.validate_json

    def read(self, raw: bytes, context: Mapping[str, Any] | None = None) -> Any:
        """Return the value that JSON text stands for; raises Unfit."""
        try:
            if self.rules:
                return self._checked(raw, context)
            return self._validate(raw, context=context)
        except ValidationError as error:
            if is_malformed(error):
                raise Unfit([], details(error)) from None
            if _WHOLE.search(raw):
                return self._whole(raw, context)
            raise Unfit(in_body(error, raw), details(error)) from None

    def _checked(self, raw: bytes, context: Mapping[str, Any] | None) -> Any:
        try:
            value = from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            raise Unfit([], str(error)) from None
        if faults := self._faults(value):
            raise Unfit(faults)
        return self._whole(raw, context)

    def _whole(self, raw: bytes, context: Mapping[str, Any] | None) -> Any:
        """Read JSON in which whole numbers may be written as `1.0`: those are integers, too."""
        raw = to_json(whole(from_json(raw)), inf_nan_mode="constants")
        try:
            return self._validate(raw, context=context)
        except ValidationError as error:
            raise Unfit(in_body(error, raw), details(error)) from None

    def _faults(self, value: Any) -> list[Fault]:
        if self.rules is None:
            return []
        try:
            return list(islice(self.rules.faults(self.rules.schemas[self.name], value), MANY))
        except RecursionError:
            return [{"pointer": "#", "detail": "Value is nested too deeply"}]
