"""Reads: what the attacker reads stays the same, whatever the victim does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.agreement.request import Request
from scripts.agreement.writing import put
from scripts.fuzzing import naming
from scripts.fuzzing.holdings import Holdings, UnavailableError
from scripts.fuzzing.judging import Judge
from scripts.fuzzing.paging import walk
from scripts.fuzzing.rehearsal import attempt, is_last
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint
from scripts.fuzzing.watch import Watch

KIND = "reads"
_FLAGS = ("all", "admin")


@dataclass(frozen=True)
class Turn:
    """The victim does something; before and after, the attacker reads all that there is to read."""

    endpoint: Endpoint
    watch: Watch

    def run(self, judge: Judge) -> None:
        """Take down each read that has changed."""
        stage = judge.stage
        found = dict(_reads(stage, stage.bob))
        if not self.watch.covers(found):
            self.watch.look(list(found))
        try:
            attempt(stage.alice, self.endpoint, stage.draft(self.endpoint))
        except UnavailableError:
            return
        changes = self.watch.changes()
        for request, change in changes:
            detail = f"{change} once the other user has done {self.endpoint.id}"
            stage.blame(KIND, found[request].id, detail, [(stage.bob, request)])
        if changes:
            self.watch.look(())
        for endpoint in found.values():
            stage.ledger.coverage[endpoint.id, KIND] += 1
        stage.revive(stage.alice)
        judge.guard.excuse()


@dataclass(frozen=True)
class Walk:
    """The victim adds to a list of theirs; the attacker reads all pages of the own one."""

    endpoint: Endpoint
    others: Watch

    def run(self, judge: Judge) -> None:
        """Take down each page that has changed."""
        stage, endpoint = judge.stage, self.endpoint
        watch = Watch(stage.bob.actor)
        self.others.look(())
        try:
            for who in (stage.alice, stage.bob, stage.bob, stage.bob):
                who.fill(endpoint)
            request = stage.bob.compose(endpoint, stage.draft(endpoint), stage.bob.path(endpoint))
            watch.look(walk(stage.bob.actor, endpoint.operation, request))
            stage.alice.fill(endpoint)
        except UnavailableError as error:
            stage.ledger.notes[f"{endpoint.id} (pages)"] = str(error)
            return
        for page, change in watch.changes():
            detail = f"{change} once the other user has one more"
            stage.blame(KIND, endpoint.id, detail, [(stage.bob, page)])
        stage.ledger.coverage[endpoint.id, KIND] += 1
        judge.guard.excuse()


def turns(stage: Stage) -> Iterator[Turn | Walk]:
    """Return everything that the victim can do to their own things, and every list."""
    watch = Watch(stage.bob.actor)
    for endpoint in stage.endpoints():
        if not endpoint.is_safe and not is_last(endpoint):
            yield Turn(endpoint, watch)
        is_list = stage.surface.kinds.listed_by(endpoint.id) or endpoint.joins
        if endpoint.method == "GET" and is_list and not endpoint.path.endswith("}"):
            yield Walk(endpoint, watch)


def _reads(stage: Stage, who: Holdings) -> Iterator[tuple[Request, Endpoint]]:
    """Return what a user can read: everything as it is, and by each parameter of the query."""
    for endpoint in stage.endpoints():
        asks = endpoint.method == "POST" and naming.is_search(endpoint.path)
        if endpoint.method != "GET" and not asks:
            continue
        request = stage.request(who, endpoint)
        if request is None:
            continue
        yield request, endpoint
        yield from ((each, endpoint) for each in _within(stage, who, endpoint))
        yield from ((each, endpoint) for each in _varied(stage, endpoint, request))


def _words(stage: Stage, endpoint: Endpoint) -> list[str]:
    """Return a whole word that the victim reads there now: some searches are for those alone."""
    request = stage.request(stage.alice, endpoint)
    if request is None:
        return []
    text = stage.alice.actor.send(request).text
    return re.findall(rf"{re.escape(stage.alice.actor.token)}\w+", text)[:1]


def _within(stage: Stage, who: Holdings, endpoint: Endpoint) -> Iterator[Request]:
    """Return a read by each reference of the query, to something of one's own."""
    for reference in endpoint.references:
        if reference.location == "query" and reference.kind in who.things:
            own = {reference: who.own(reference)}
            yield who.compose(endpoint, stage.draft(endpoint), who.path(endpoint), own)


def _varied(stage: Stage, endpoint: Endpoint, request: Request) -> Iterator[Request]:
    operation = endpoint.operation
    for parameter in operation.at("query"):
        if naming.is_token(parameter.name) or naming.stem(parameter.name) is not None:
            continue
        for value in stage.known.samples.values(parameter, endpoint)[:6]:
            is_text = isinstance(value, str) and parameter.schema.get("type") == "string"
            token = stage.alice.actor.token
            is_free = is_text and stage.surface.schemas.fits(parameter.schema, token)
            for shown in (token, *_words(stage, endpoint)) if is_free else (value,):
                if shown is not None:
                    yield put(request, operation, parameter, shown)
    if not endpoint.path.endswith("}"):
        for flag in _FLAGS:
            between = "&" if request.query else ""
            yield Request(
                request.method, request.path, f"{request.query}{between}{flag}=true",
                request.headers, request.body,
            )  # fmt: skip
