"""Names in contracts: what they are made of, and what they say of what they name."""

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IDS = {"id", "ids", "uuid", "uuids"}
_RELATIVES = {
    "parent", "source", "target", "previous", "prev", "next", "after", "before", "root", "origin",
    "duplicate", "original", "related", "from", "to", "of", "by", "blocked", "depends", "on",
    "item",
}  # fmt: skip
_OWNERS = (
    "user_id", "owner_id", "owner", "user", "account_id", "username", "created_by", "author_id",
    "customer_id", "tenant_id",
)  # fmt: skip
_USERS = {"user", "users", "owner", "username", "author", "creator", "uid", "member", "me"}
_SOMETIMES_USERS = {"account", "customer", "tenant", "profile"}
_TOKENS = {"cursor", "token", "key"}
_SEARCHES = {
    "search", "query", "filter", "find", "lookup", "count", "stats", "statistics", "summary",
    "report", "export", "aggregate", "preview", "list",
}  # fmt: skip
_ENDINGS = {"logout", "signout", "revoke", "deactivate", "close"}


def owners(*, camel: bool = False) -> list[str]:
    """Return what fields and parameters that name a user are called, in one of the two styles."""
    names = [words(name) for name in _OWNERS]
    if not camel:
        return list(_OWNERS)
    return [first + "".join(map(str.title, others)) for first, *others in names]


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in snake, kebab or camel case, in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name))


def singular(name: str) -> tuple[str, ...]:
    """Return the words of a plural, the last one in the singular."""
    *first, last = words(name) or ("",)
    return (*first, _one(last))


def _one(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if re.search(r"(s|x|z|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word


def stem(name: str) -> tuple[str, ...] | None:
    """Return what an id is of: `("list",)` for `listIds`, `()` for `id`; None for no id."""
    found = words(name)
    return found[:-1] if found and found[-1] in _IDS else None


def is_relative(stem: tuple[str, ...]) -> bool:
    """Say whether an id is of the same kind as the thing that holds it, as `parent_id` is."""
    return all(word in _RELATIVES for word in stem)


def is_user(name: str, *, sometimes: bool = False) -> bool:
    """Say whether a name is that of a user; with `sometimes` also one that need not be."""
    found = [word for word in words(name) if word not in {*_IDS, "name"}]
    names = _USERS | _SOMETIMES_USERS if sometimes else _USERS
    is_by = words(name) in {("created", "by"), ("owned", "by")}
    return is_by or (len(found) == 1 and found[0] in names)


def is_token(name: str) -> bool:
    """Say whether a name is that of a text which stands for a right: a cursor, a token, a key."""
    return words(name)[-1:] != () and words(name)[-1] in _TOKENS


def is_search(path: str) -> bool:
    """Say whether a path is one to which a POST only asks."""
    return bool(_SEARCHES & set(words(path.rpartition("/")[2])))


def ends_session(path: str) -> bool:
    """Say whether a path is one that ends the use of credentials."""
    last = path.rpartition("/")[2].replace("-", "").replace("_", "").lower()
    return last in _ENDINGS
