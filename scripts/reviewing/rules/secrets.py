"""Rules on secrets: none stands in a file of the project."""

import re
from collections.abc import Iterator

from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule

_LONGEST = 2_000  # characters of a line that are looked at, one part after the other

_KINDS = (
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("a JWT", re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}")),
    ("an AWS key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_\w{36,}|github_pat_\w{40,})")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[\w-]{10,}")),
    ("a Stripe key", re.compile(r"\b[sr]k_live_\w{16,}")),
    ("a Google key", re.compile(r"\bAIza[\w-]{35}\b")),
    ("an OpenAI or Anthropic key", re.compile(r"\bsk-(?:ant-|proj-)?[\w-]{32,}")),
    (
        "a password in a URL",
        re.compile(
            r"\b[a-z][a-z0-9+.-]*://[^\s:/@\"'<>{}$]+:(?P<value>[^\s:/@\"'<>{}$]+)@",
            re.IGNORECASE,
        ),
    ),
    (
        "a secret",
        re.compile(
            r"\b(?:\w*[_-])?(?:secret|password|passwd|token|api[_-]?key|private[_-]?key)"
            r"[\"']?\s*(?::\s*\w+\s*)?[=:]\s*(?P<quote>[\"']?)(?P<value>[^\s\"'#,;]{16,})(?P=quote)",
            re.IGNORECASE,
        ),
    ),
)
_HINT = re.compile(
    r"-----BEGIN|eyJ|AKIA|ASIA|gh[a-z]_|github_pat|xox|k_live|AIza|sk-|://|secret|passw|token|key",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"^(?:password|secret|changeme|change-me|example|placeholder|pass|pw|postgres|user)\d*$"
    r"|^hunter2|^[<${%*].*|x{4,}|\.{3}|(?:your|my|some|dummy|fake|test|example|placeholder)[_-]?",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"@(?=/)|@(?:localhost|127\.0\.0\.1|\[::1\]|host|\w+\.(?:example|test|invalid))\b",
    re.IGNORECASE,
)


def _found(project: Project) -> Iterator[Fault]:
    for path, text in project.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if _HINT.search(line):
                yield from _in_line(path, number, line)


def _in_line(path: str, number: int, line: str) -> Iterator[Fault]:
    for start in range(0, max(len(line), 1), _LONGEST):
        part = line[max(start - 200, 0) : start + _LONGEST]
        for name, pattern in _KINDS:
            match = pattern.search(part)
            if match and not _is_placeholder(name, match, part):
                yield Fault(path, number, f"{name} stands here", match.start() + start + 1)
                return


def _is_placeholder(name: str, match: re.Match[str], line: str) -> bool:
    value = match.groupdict().get("value")
    if value is None:
        return False
    if name == "a password in a URL":
        return bool(_PLACEHOLDER.search(value) or _LOCAL.search(line[match.start() :]))
    return bool(_PLACEHOLDER.search(value)) or not _is_random(value)


def _is_random(value: str) -> bool:
    """Tell whether a value is made by chance and not of words: it has digits amid its letters."""
    digits = sum(each.isdigit() for each in value)
    plain = re.fullmatch(r"[A-Za-z0-9+/=_-]+", value) is not None
    return plain and digits >= 3 and any(each.isalpha() for each in value)


_SECRET = "b6d1f0c2a94e" * 3

RULES = (
    Rule(
        "FH601",
        "secret-in-a-file",
        "Who reads the repository, now or in its history, can act as whoever the secret is for.",
        "Take it from the environment, and replace it: it is known.",
        f'# file: impl/settings.py\nJWT_SECRET = "{_SECRET}"\n',
        '# file: impl/settings.py\nimport os\n\nJWT_SECRET = os.environ["JWT_SECRET"]\n',
        _found,
    ),
)
