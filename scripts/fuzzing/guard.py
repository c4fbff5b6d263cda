"""The guard: says whether the victim's things are as they were."""

from scripts.agreement.request import Request
from scripts.fuzzing.holdings import Holdings, UnavailableError
from scripts.fuzzing.rows import Rows
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.watch import Watch


def reads(stage: Stage, who: Holdings) -> list[Request]:
    """Return a request for each thing, list and number that a user can read of their own."""
    endpoints = [each for each in stage.endpoints() if each.method == "GET"]
    requests = [stage.request(who, each) for each in endpoints]
    return [each for each in requests if each is not None]


class Guard:
    """Watches over what one user owns, by their own reads and by the rows of the database."""

    def __init__(self, stage: Stage, rows: Rows | None) -> None:
        self._stage = stage
        self._owner = stage.alice
        self._rows = rows
        self._watch = Watch(stage.alice.actor)
        self._stored: dict[str, frozenset[str]] = {}
        self._is_ready = False

    def excuse(self) -> None:
        """Let pass what has changed: the owner has done it."""
        self._is_ready = False

    def look(self) -> None:
        """Take down how things are, unless nothing was excused since that was done."""
        if self._is_ready:
            return
        self._is_ready = True
        for kind in self._stage.surface.kinds:
            try:
                self._owner.thing(kind)
            except UnavailableError:
                continue
        self._watch.look(reads(self._stage, self._owner))
        self._stored = self._now()

    def changes(self, *, thorough: bool = False) -> list[str]:
        """Return what is no longer as it was; how it is now is what counts from then on.

        Rows say it all; without a database, or to be thorough, the owner reads everything.
        """
        if not self._is_ready:
            return []
        found = self._changed_rows()
        if found or thorough or not self._rows:
            found += [
                f"the other user's {r.method} {r.path}: {how}" for r, how in self._watch.changes()
            ]
        if found:
            self.excuse()
        return found

    def _changed_rows(self) -> list[str]:
        now = self._now()
        names = [name for name in now if now[name] != self._stored[name]]
        return [f"{_change(self._stored[name], now[name])} in table {name}" for name in names]

    def _now(self) -> dict[str, frozenset[str]]:
        return self._rows.of(self._owner.actor.user_id) if self._rows else {}


def _change(before: frozenset[str], now: frozenset[str]) -> str:
    """Say how rows have changed."""
    if before < now:
        return "rows of the other user appeared"
    return "rows of the other user went" if now < before else "rows of the other user changed"
