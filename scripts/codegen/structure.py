"""Whether a document is OpenAPI at all, before anything is read from it."""

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from scripts.codegen.contract import Contract, below, references

_VALIDATORS = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}


def check(contract: Contract) -> None:
    """Raise ContractError for the first place that is not OpenAPI 3.0 or 3.1."""
    version = str(contract.document.get("openapi", ""))
    if "swagger" in contract.document:
        raise contract.error("#/swagger", "Swagger 2.0: convert the contract to OpenAPI 3.1 first")
    if version[:3] not in _VALIDATORS:
        raise contract.error("#/openapi", "this is not OpenAPI 3.0 or 3.1")
    for pointer, target in references(contract.document):
        contract.at(target, pointer)
    _check_ids(contract)
    errors = _VALIDATORS[version[:3]](contract.document).iter_errors()
    if error := next(iter(errors), None):
        raise contract.error(below("#", *error.absolute_path), str(error.message).split("\n")[0])


def _check_ids(contract: Contract) -> None:
    seen: dict[str, str] = {}
    for path, item in contract.document.get("paths", {}).items():
        for method, operation in item.items() if isinstance(item, dict) else ():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            place = below("#/paths", path, method)
            if name in seen:
                raise contract.error(place, f"the operationId {name} is taken by {seen[name]}")
            if isinstance(name, str):
                seen[name] = place
