"""Whose notebook it is."""

SESSIONS = {"s-41c7d90be2": "alice", "s-e0963fa85d": "bob"}


def credential(user: str) -> str:
    """Return the header that a user sends; raises StopIteration for a stranger."""
    return "Cookie: session=" + next(key for key, name in SESSIONS.items() if name == user)
