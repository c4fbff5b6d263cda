# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""The base of every model: JSON types are taken as they are, never converted."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A string is no number, and a number is no boolean."""

    model_config = ConfigDict(
        strict=True, allow_inf_nan=False, validate_default=False, protected_namespaces=()
    )
