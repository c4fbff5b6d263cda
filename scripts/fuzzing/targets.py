"""Targets: what is tried, namely a project that is served for this, or an API that runs already."""

import argparse
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from scripts.codegen.contract import load
from scripts.codegen.structure import check
from scripts.fuzzing.actors import Credential, credential
from scripts.fuzzing.serving import Served, serving
from scripts.fuzzing.surface import Surface, read

NAMES = ("alice", "bob")

type Mint = Callable[[Iterable[str]], Credential]
"""Makes credentials of the attacker with these scopes alone."""


@dataclass(frozen=True)
class Target:
    """An API: its contract, the URL that paths follow, its two users and what else is known of it.

    `errors` returns what its server has logged of faults.
    """

    contract: Path
    surface: Surface
    url: str
    users: dict[str, Credential]
    database: str | None = None
    mint: Mint | None = None
    errors: Callable[[], list[str]] = list


def target(arguments: argparse.Namespace, stack: ExitStack) -> Target:
    """Return what the options name; a server that is started for it ends with the stack.

    Raises ContractError, LookupError, ServerError and EmbeddedPostgresError.
    """
    path = arguments.contract or arguments.project / "openapi.yaml"
    contract = load(path)
    check(contract)
    surface = read(contract.document)
    if arguments.contract:
        users = dict(zip(NAMES, arguments.user, strict=True))
        url = _below(arguments.url, surface.base)
        return Target(path, surface, url, users, arguments.database)
    policies = arguments.row_level_security == "on"
    served = stack.enter_context(serving(arguments.project, policies=policies))
    scopes = sorted({scope for each in surface.endpoints.values() for scope in each.scopes})
    ids = {name: f"{name}-{uuid4()}" for name in NAMES}
    users = {name: _minted(served, user_id, scopes) for name, user_id in ids.items()}
    return Target(
        path,
        surface,
        _below(served.url, surface.base),
        users,
        served.database,
        partial(_minted, served, ids[NAMES[1]]),
        served.errors,
    )


def _minted(served: Served, user_id: str, scopes: Iterable[str]) -> Credential:
    return credential(served.token(user_id, scopes))


def _below(url: str, base: str) -> str:
    """Return the URL that paths follow: the contract's own base is in it once."""
    has_base = bool(base) and urlsplit(url).path.rstrip("/").endswith(base)
    return url if has_base else url + base
