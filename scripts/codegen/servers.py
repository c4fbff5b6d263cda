"""Servers: the paths below which a contract's operations are served (OpenAPI 3.1 §4.8.5)."""

from typing import Any
from urllib.parse import unquote, urlsplit

from scripts.codegen.contract import Contract, below


def base_paths(contract: Contract, holder: dict[str, Any], pointer: str) -> list[str] | None:
    """Return the paths of the servers of an operation, a path or the contract; None without any.

    Variables take their defaults. Raises ContractError for what is no URL.
    """
    servers = holder.get("servers")
    if not servers:
        return None
    found = []
    for number, server in enumerate(servers):
        url = server["url"]
        for name, variable in server.get("variables", {}).items():
            url = url.replace(f"{{{name}}}", variable["default"])
        place = below(pointer, "servers", number)
        if "{" in url:
            raise contract.error(place, "a variable of the URL is not declared")
        try:
            path = urlsplit(url).path.strip("/")
        except ValueError as error:
            raise contract.error(place, f"no URL: {error}") from None
        found.append(f"/{unquote(path)}".rstrip("/"))
    return list(dict.fromkeys(found))
