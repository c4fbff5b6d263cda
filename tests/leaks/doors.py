"""Leaks at the doors: the token, the gate, and the walls of the database."""

from tests.leaks.leak import leak

GATE, AUTH = "impl/core/gate.py", "impl/core/auth.py"
MIGRATION = "migrations/versions/0002_lists_and_tags.py"

LEAKS = (
    leak(
        "the user in the path may be another",
        (
            GATE,
            "        if user_id is not None and user_id != caller.user_id:\n"
            "            raise Forbidden\n",
            "",
        ),
    ),
    leak(
        "scopes are not looked at",
        (
            GATE,
            "                if not scopes <= caller.scopes:\n                    return False\n",
            "                continue\n",
        ),
    ),
    leak(
        "who has no token is somebody all the same",
        (
            AUTH,
            "            except Unauthenticated as refusal:\n"
            "                return self._refuse(refusal, scope, receive, send)\n        elif",
            "            except Unauthenticated as refusal:\n"
            '                if refusal.reason != "no credential":\n'
            "                    return self._refuse(refusal, scope, receive, send)\n"
            '                scopes = frozenset({"todos:read", "profile:read"})\n'
            '                scope["caller"] = Caller("anonymous", scopes)\n        elif',
        ),
    ),
    leak(
        "the identity outlives its transaction",
        ("impl/core/database.py", "    local = _inline(True)\n", "    local = _inline(False)\n"),
        fuzzed=False,
    ),
    leak(
        "a table has no policy",
        (
            MIGRATION,
            '    isolate("tag")\n',
            '    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON tag TO freehold_user")\n',
        ),
        fuzzed=False,
    ),
)
