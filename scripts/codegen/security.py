"""Security: which schemes, with which scopes, an operation takes."""

from typing import Any

from scripts.codegen.contract import Contract, below
from scripts.codegen.runtime.gate import Scheme
from scripts.codegen.specification import Place, Security

_SCHEMES = "#/components/securitySchemes"


class SecurityReader:
    """Reads the security requirements of operations."""

    def __init__(self, contract: Contract, remarks: list[Place]) -> None:
        self.contract = contract
        self.remarks = remarks
        self.default = contract.document.get("security")
        self.schemes = dict(self._schemes())

    def read(self, operation: dict[str, Any], pointer: str) -> Security:
        """Return the alternatives; raises ContractError for a scheme that is not declared."""
        requirement = operation.get("security", self.default) or []
        if not requirement or {} in requirement:
            reason = "open in the contract: a valid JWT is needed all the same"
            self.remarks.append(Place(pointer, reason))
        for name in dict.fromkeys(name for alternative in requirement for name in alternative):
            if name not in self.schemes:
                raise self.contract.error(pointer, f"the security scheme {name} is not declared")
        return tuple(
            {name: frozenset(scopes) for name, scopes in alternative.items()}
            for alternative in requirement
        )

    def secrets(self, security: Security) -> frozenset[str]:
        """Return the names in a query that carry credentials."""
        schemes = [self.schemes[name] for alternative in security for name in alternative]
        return frozenset(each.name for each in schemes if each.location == "query")

    def _schemes(self) -> list[tuple[str, Scheme]]:
        found = []
        declared = self.contract.document.get("components", {}).get("securitySchemes", {})
        for name, raw in declared.items():
            value, _ = self.contract.resolve(raw, below(_SCHEMES, name), "securitySchemes")
            scheme = Scheme(
                value["type"],
                value.get("scheme", "").lower(),
                value.get("in", ""),
                value.get("name", ""),
            )
            if not scheme.carries_token:
                reason = f"{name} carries no JWT: the application says how it is verified"
                self.remarks.append(Place(below(_SCHEMES, name), reason))
            found.append((name, scheme))
        return found
