"""The base of every model: JSON types are taken as they are, never converted."""

from pydantic import BaseModel, ConfigDict, Field

from .formats import Anything


class Model(BaseModel):
    """A string is no number, and a number is no boolean.

    What validates it is built when an operation that needs it is served, for a contract may have
    thousands of models.
    """

    model_config = ConfigDict(
        defer_build=True,
        strict=True,
        allow_inf_nan=False,
        validate_default=False,
        protected_namespaces=(),
    )
    # Type checkers would ask for it as an argument.
    __pydantic_extra__: dict[str, Anything] = Field(init=False)
