"""Running programs that refuse to be root, such as PostgreSQL's.

They also want an account that the password database knows. Root's own files often lie where no
other account may enter (a home folder, a temporary folder), so the first choice is a user
namespace, in which the program is an ordinary user and the files stay root's. Where namespaces
are forbidden, as in most containers, the files go to another account instead.
"""

import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

_PATIENCE = 120.0  # seconds

# The caller's environment holds secrets, and variables that would change what the program does.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class ProgramError(RuntimeError):
    """Why a program could not be run, or failed, in one line."""


def run(
    command: Sequence[str | Path],
    *,
    script: str = "",
    output: BinaryIO | int = subprocess.PIPE,
    **variables: str,
) -> str:
    """Return what `command` prints, unless `output` takes it, when it has read `script`.

    It sees no environment but `variables` and a plain locale, and gets its own session, so that
    an interrupt typed at our terminal does not reach it. Raises ProgramError if it fails.
    """
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and our own paths, no shell reads them
            command,
            input=script,
            stdout=output,
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT | variables,
            cwd="/",
            start_new_session=True,
            timeout=_PATIENCE,
            text=True,
            errors="replace",
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramError(str(error)) from error
    if done.returncode != 0:
        complaint = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ProgramError(f"{command[0]} failed: {complaint[-1]}")
    return done.stdout or ""


def unprivileged_prefix(folder: Path, program: Path) -> list[str | Path]:
    """Return the words to put before `program` so that it runs unprivileged and owns `folder`.

    `folder` and all in it change their owner if root runs this and namespaces are forbidden.
    Only Linux has a way for root, and for a user without an entry in the password database.
    Raises ProgramError if no way works.
    """
    user = os.geteuid()
    if user != 0 and _is_known(user):
        return []
    if folder.stat().st_uid == user and _works(_namespace(), folder, program):
        return _namespace()
    if user != 0:
        raise ProgramError(f"user {user} is not in the password database: add an entry for it")
    owner = _give_away(folder)
    for prefix in _other_accounts(owner):
        if _works(prefix, folder, program):
            return prefix
    raise ProgramError(
        f"user {owner.st_uid} cannot run {program} in {folder}: run as an ordinary user instead "
        "of root, or move the project where others may enter"
    )


def _is_known(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _nobody() -> pwd.struct_passwd:
    """Return the account meant for programs that own nothing, or any other that is not root."""
    accounts = [account for account in pwd.getpwall() if account.pw_uid != 0]
    if not accounts:
        raise ProgramError("the password database knows only root: add an account to it")
    return next((account for account in accounts if account.pw_name == "nobody"), accounts[0])


def _namespace() -> list[str | Path]:
    account = _nobody()
    ids = [f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}"]
    return ["unshare", "--user", *ids, "--"]


def _give_away(folder: Path) -> os.stat_result:
    """Give all that `folder` holds to its owner, or to nobody if that is root."""
    if folder.stat().st_uid == 0:
        account = _nobody()
        os.chown(folder, account.pw_uid, account.pw_gid)
    owner = folder.stat()
    for path in folder.rglob("*"):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
    return owner


def _other_accounts(owner: os.stat_result) -> Iterator[list[str | Path]]:
    """Yield the ways to run as `owner`, the least powerful first."""
    setpriv = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    yield [*setpriv, "--"]
    for power in ("dac_read_search", "dac_override"):
        # Without the securebit, access() ignores the capability, and initdb finds nothing.
        powers = [f"--inh-caps=+{power}", f"--ambient-caps=+{power}"]
        yield [*setpriv, "--securebits=+no_setuid_fixup", *powers, "--"]


def _works(prefix: list[str | Path], folder: Path, program: Path) -> bool:
    try:
        run([*prefix, "sh", "-c", 'test -w "$1" && "$2" --version', "sh", folder, program])
    except ProgramError:
        return False
    return True
