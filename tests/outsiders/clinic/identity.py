"""Who calls the clinic."""

KEYS = {"key_2f81c04e9a": "usr_alice", "key_b5d07713fe": "usr_bob"}


def credential(user: str) -> str:
    """Return the header that a user sends; raises StopIteration for a stranger."""
    return "X-Api-Key: " + next(key for key, name in KEYS.items() if name == f"usr_{user}")
