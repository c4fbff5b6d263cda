"""The witness: reads all that one user is told, and looks for what only the other one knows."""

from collections.abc import Iterable
from typing import Any

from scripts.agreement.request import Request
from scripts.fuzzing import naming
from scripts.fuzzing.actors import Actor
from scripts.fuzzing.answers import IGNORED, Answer
from scripts.fuzzing.ids import Id


def leaked(victim: Actor, request: Request, answer: Answer) -> str | None:
    """Say what of the victim an answer holds that its request did not; None for nothing."""
    sent = f"{request.target} {request.headers} {request.body.decode('utf-8', 'replace')}".lower()
    headers = {name: value for name, value in answer.headers if not IGNORED.fullmatch(name)}
    for place, text in [
        ("the body", answer.text),
        *((f"header {n}", v) for n, v in headers.items()),
    ]:
        if victim.token in (lower := text.lower()) and victim.token not in sent:
            return f"{place} holds a text of the other user"
        if _mentions(lower, victim.ids, sent):
            return f"{place} holds an id of the other user's"
    return None


def _mentions(text: str, ids: Iterable[Id], sent: str) -> bool:
    """Say whether a text has an id that was not asked for; few answers are worth the search."""
    return any((own := str(each).lower()) in text and own not in sent for each in ids)


def names_owner(answer: Answer, user: Id) -> bool:
    """Say whether an answer tells that a user owns something."""
    return _tells(answer.json, str(user))


def _tells(value: Any, user: str) -> bool:
    match value:
        case dict():
            return any(
                (naming.is_user(name, sometimes=True) and str(item) == user) or _tells(item, user)
                for name, item in value.items()
            )
        case list():
            return any(_tells(item, user) for item in value)
    return False
