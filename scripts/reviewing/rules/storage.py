"""Rules on what is kept: in PostgreSQL, and never across owners."""

import ast
from collections.abc import Iterator

from scripts.reviewing.module import Function, Module, inside, parameters
from scripts.reviewing.owners import OWNER_NAMES
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at

_MAKERS = {"dict", "list", "set", "defaultdict", "OrderedDict", "deque", "Counter", "bytearray"}
_MAKERS |= {"WeakValueDictionary", "WeakKeyDictionary", "TTLCache", "LRUCache", "SimpleQueue"}
_CHANGES = {"append", "add", "update", "setdefault", "pop", "popitem", "clear", "extend", "insert"}
_CHANGES |= {"remove", "discard", "appendleft", "put", "put_nowait", "move_to_end"}
_STORES = {"sqlite3", "shelve", "pickle", "dbm", "redis", "aioredis", "pymongo", "diskcache"}
_STORES |= {"memcache", "pymemcache", "aiosqlite", "tinydb", "lmdb", "joblib", "marshal", "motor"}
_WRITERS = {"write_text", "write_bytes", "touch", "mkdir", "unlink", "rename", "symlink_to"}
_CACHES = {
    "functools.cache",
    "functools.lru_cache",
    "functools.cached_property",
    "cachetools.cached",
}
_CACHES |= {"cachetools.func.ttl_cache", "async_lru.alru_cache", "cachetools.func.lru_cache"}


def _stored(project: Project) -> Iterator[Fault]:
    for module in [*project.implementation, *project.core]:
        yield from _containers(module)
        for changed in module.of(ast.Global):
            yield at(module, changed, f"{', '.join(changed.names)} is changed by requests")
    for module in project.implementation:
        for node in module.every_import():
            yield from _imported(module, node)
        for call in module.of(ast.Call):
            yield from _file(project, module, call)


def _containers(module: Module) -> Iterator[Fault]:
    """Yield changes to containers that live as long as the process."""
    kept = {name for name, values in module.globals.items() if any(map(_is_container, values))}
    kept |= _of_classes(module)
    for node in module.nodes:
        name = _changed(node)
        if name in kept and module.function(node) and not _is_local(module, node, name):
            yield at(module, node, f"{name} is kept in the process, and changed")


def _of_classes(module: Module) -> set[str]:
    """Return the containers that belong to classes and not to their instances."""
    return {
        f"{owner}.{target.id}"
        for each in module.classes.values()
        for node in each.body
        if isinstance(node, ast.Assign) and _is_container(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
        for owner in (each.name, "self", "cls")
    }


def _is_container(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).rpartition(".")[2] in _MAKERS
    return isinstance(node, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp)


def _changed(node: ast.AST) -> str:
    """Return the container that a node changes, if it does."""
    match node:
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
            return ast.unparse(value)
        case ast.AugAssign(target=ast.Name(id=name)):
            return name
        case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in _CHANGES:
            return ast.unparse(value)
    return ""


def _is_local(module: Module, node: ast.AST, name: str) -> bool:
    function = module.function(node)
    return function is not None and bool(
        name in parameters(function) or (module.bound(function, name) and name.isidentifier())
    )


def _imported(module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[Fault]:
    sources = [getattr(node, "module", None) or "", *(each.name for each in node.names)]
    for name in sources:
        if name.partition(".")[0] in _STORES:
            yield at(module, node, f"{name} keeps data outside PostgreSQL")
            return


def _file(project: Project, module: Module, call: ast.Call) -> Iterator[Fault]:
    name = project.names.of(module, call.func)
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in {"open", "io.open", "os.open", "aiofiles.open"} or method == "open":
        modes = [texts for each in call.args[1:] if (texts := _mode(each))]
        modes += [_mode(k.value) for k in call.keywords if k.arg == "mode"]
        modes += [_mode(each) for each in call.args[:1]] if method == "open" else []
        if any(set(mode) & set("wax+") and len(mode) < 4 for mode in modes):
            yield at(module, call, "a file is written")
    elif method in _WRITERS or name.partition(".")[0] in _STORES:
        yield at(module, call, f"{ast.unparse(call.func)} keeps data outside PostgreSQL")


def _mode(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _cached(project: Project) -> Iterator[Fault]:
    for module in [*project.implementation, *project.core]:
        is_core = module in project.core
        for function, mark in _caches(project, module):
            if _serves(module, function, is_core=is_core) and not _is_keyed(function):
                yield at(module, mark, f"what {function.name} returns is kept for every owner")
        yield from _kept(module)


def _caches(project: Project, module: Module) -> Iterator[tuple[Function, ast.AST]]:
    """Yield the functions whose results are kept, and where that is said."""
    for function in module.every_function():
        for mark in function.decorator_list:
            if _is_cache(project, module, mark):
                yield function, mark
    for call in module.of(ast.Call):
        if _is_cache(project, module, call.func) and call.args:
            names = ast.unparse(call.args[0]).split(".")
            for name, function in module.functions.items():
                if name.rpartition(".")[2] == names[-1]:
                    yield function, call


def _is_cache(project: Project, module: Module, node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return project.names.of(module, called) in _CACHES


def _serves(module: Module, function: Function, *, is_core: bool) -> bool:
    """Tell whether what a function returns is, or depends on, what an owner has."""
    if isinstance(function, ast.AsyncFunctionDef):
        return True
    if not is_core and any(name == "scope" for name in parameters(function)):
        return True
    owner = module.owner(function)
    in_scope = owner is not None and owner.name == "UserScope"
    return in_scope or any(_reads_owner(each) for each in inside(*function.body))


def _reads_owner(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="self" | "scope" | "cls"), attr=name):
            return name.lstrip("_") in OWNER_NAMES
        case ast.Attribute(attr="run" | "_run" | "__run" | "execute"):
            return True
    return False


def _is_keyed(function: Function) -> bool:
    return any(name.lstrip("_") in OWNER_NAMES for name in parameters(function))


def _kept(module: Module) -> Iterator[Fault]:
    """Yield what awaits data and keeps it in an attribute, by a key without the owner."""
    for node in module.of(ast.Subscript):
        statement = module.statement(node)
        if not isinstance(node.ctx, ast.Store) or not isinstance(statement, ast.Assign):
            continue
        is_kept = isinstance(node.value, ast.Attribute)
        awaited = any(isinstance(each, ast.Await) for each in inside(statement.value))
        if is_kept and awaited and not _names_owner(node.slice):
            yield at(module, node, f"{ast.unparse(node.value)} is not keyed by the owner")


def _names_owner(node: ast.AST) -> bool:
    words = {getattr(e, "id", None) or getattr(e, "attr", None) or "" for e in inside(node)}
    return any(word.lstrip("_") in OWNER_NAMES for word in words)


RULES = (
    Rule(
        "FH107",
        "storage-outside-postgresql",
        "What a process keeps is lost when it ends, differs between processes, and has no policy.",
        "Store it in a table, by the scope.",
        """\
# file: impl/todos.py
_recent = {}

async def get_todo(scope, todo_id):
    _recent[todo_id] = True
""",
        """\
# file: impl/todos.py
_SORTS = {"created_at": 1}

async def list_todos(scope, sort):
    found = {}
    found[sort] = _SORTS[sort]
    return found
""",
        _stored,
    ),
    Rule(
        "FH108",
        "cache-without-owner",
        "What is kept for one owner and found by another's request is a leak.",
        "Keep nothing of an owner across requests, or make the owner part of the key.",
        """\
# file: impl/todos.py
from functools import lru_cache as kept

@kept
def titles(scope):
    return scope.find(TodoRow, Todo, limit=20)
""",
        """\
# file: impl/todos.py
from functools import cache

@cache
def label(priority: str) -> str:
    return priority.title()
""",
        _cached,
    ),
)
