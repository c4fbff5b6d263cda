# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""The schemas that no type of Python says wholly; values are checked by them as well."""

import json
from pathlib import Path

from .runtime.rules import Rules

RULES = Rules(json.loads(Path(__file__).with_name("schemas.json").read_bytes()))
