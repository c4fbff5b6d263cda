"""What an implementation is handed: the scope of the caller."""

import ast

from scripts.reviewing.module import Module, parameters


def is_scope(module: Module, node: ast.AST) -> bool:
    """Tell whether an expression is the scope that an operation is handed, or a step's."""
    if not isinstance(node, ast.Name):
        return False
    function = module.function(node)
    parameter = parameters(function).get(node.id) if function else None
    said = ast.unparse(parameter.annotation) if parameter and parameter.annotation else ""
    if node.id == "scope" or "UserScope" in said:
        return True
    values = module.values(node) or []
    return any(isinstance(v, ast.Name) and v.id != node.id and is_scope(module, v) for v in values)
