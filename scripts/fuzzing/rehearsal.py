"""The rehearsal: what an owner can do; a probe of what fails here would prove nothing."""

from collections.abc import Iterator

from scripts.fuzzing import naming
from scripts.fuzzing.actors import Actor
from scripts.fuzzing.answers import Answer
from scripts.fuzzing.holdings import Holdings, UnavailableError
from scripts.fuzzing.samples import Draft
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

_ORDER = ("POST", "PUT", "GET", "HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE")


class RefusedError(Exception):
    """There is nothing to try, or nobody to try it with; the message says why in one line."""


def rehearse(stage: Stage) -> None:
    """Have the owner do everything once; takes down what cannot be done, and why.

    Raises RefusedError.
    """
    _admit(stage)
    for endpoint in stage.surface.endpoints.values():
        if endpoint.secured and endpoint.skip:
            stage.ledger.skipped[endpoint.id] = endpoint.skip
            continue
        for label in endpoint.unresolved if endpoint.secured else ():
            why = "it is not known what creates it: x-fuzz: {refers-to: OPERATION}, or null"
            stage.ledger.not_probed[f"{endpoint.id}: {label}"] = why
    found = sorted(stage.surface.secured, key=lambda each: _ORDER.index(each.method))
    for endpoint in found:
        if is_last(endpoint):
            stage.proven[endpoint.id] = next(stage.known.tries(endpoint))
        else:
            prove(stage, endpoint)


def _admit(stage: Stage) -> None:
    """Make sure that both users are let in."""
    if not stage.surface.secured:
        raise RefusedError("no operation asks for credentials: nothing here belongs to anybody")
    plain = [each for each in stage.surface.secured if each.method == "GET" and not each.places]
    for who in (stage.alice, stage.bob) if plain else ():
        request = who.compose(plain[0], Draft(None), {})
        if who.actor.send(request).status == 401:
            raise RefusedError(f"--user: the credentials of {who.actor.name} are refused: 401")


def prove(stage: Stage, endpoint: Endpoint) -> None:
    """Find a request that the owner is answered to with success, or say why there is none."""
    stage.proven.pop(endpoint.id, None)
    try:
        proof = _created(stage, endpoint) or _done(stage, endpoint)
    except UnavailableError as error:
        stage.ledger.not_probed[endpoint.id] = str(error)
        return
    if isinstance(proof, Draft):
        stage.proven[endpoint.id] = stage.known.drafts[endpoint.id] = proof
        stage.ledger.not_probed.pop(endpoint.id, None)
    else:
        stage.ledger.not_probed[endpoint.id] = f"its owner gets {proof.problem}"


def vary(stage: Stage) -> None:
    """Take other bodies from now on, where the owner is answered to with success as well."""
    for endpoint in stage.endpoints():
        bodies = stage.known.samples.drawn(endpoint)
        if not bodies or is_last(endpoint):
            continue
        draft = Draft(stage.random.choice(bodies), canaries=1)
        try:
            if attempt(stage.alice, endpoint, draft).ok:
                stage.proven[endpoint.id] = draft
        except UnavailableError:
            continue


def is_last(endpoint: Endpoint) -> bool:
    """Say whether an operation may end the user who does it: it is done at the very end."""
    removes_user = endpoint.method == "DELETE" and not endpoint.things and not endpoint.references
    last = endpoint.path.rpartition("/")[2]
    is_user = bool(endpoint.users) or naming.is_user(last, sometimes=True)
    return naming.ends_session(endpoint.path) or (removes_user and is_user)


def _created(stage: Stage, endpoint: Endpoint) -> Draft | None:
    kind = stage.surface.kinds.created_by(endpoint.id)
    if kind is None:
        return None
    stage.alice.fresh(kind)
    return stage.known.drafts.get(endpoint.id)


def _done(stage: Stage, endpoint: Endpoint) -> Draft | Answer:
    answer: Answer | None = None
    for draft in stage.known.tries(endpoint):
        answer = attempt(stage.alice, endpoint, draft)
        if answer.ok:
            return draft
    if answer is None:
        raise UnavailableError("no request could be made")
    return answer


def attempt(who: Holdings, endpoint: Endpoint, draft: Draft, writer: Actor | None = None) -> Answer:
    """Do an operation with own things, fresh ones if it changes them; raises UnavailableError.

    The canaries are those of the writer, if there is one.
    """
    changes = not endpoint.is_safe
    path = who.path(endpoint)
    if changes and endpoint.things and (kind := endpoint.places[endpoint.things[-1]]):
        path = who.path(endpoint, who.fresh(kind).known)
    references = who.references(endpoint, draft, fresh=changes)
    for before in _before(who, endpoint):
        prior = who.known.drafts.get(before.id) or next(who.known.tries(before))
        shared = {name: path[name] for name in before.places if name in path}
        who.actor.send(who.compose(before, prior, shared))
    return who.actor.send(who.compose(endpoint, draft, path, references, writer))


def _before(who: Holdings, endpoint: Endpoint) -> Iterator[Endpoint]:
    """Return what joins two things before they can be read as joined, or parted."""
    kind = endpoint.kind
    is_made = kind is not None and bool(kind.create) and not endpoint.joins
    is_joined = len(endpoint.things) > 1 and kind is not None and not is_made
    if is_joined and endpoint.method in {"GET", "PATCH", "DELETE"}:
        for method in ("PUT", "POST"):
            if found := who.surface.at(endpoint.path, method):
                yield found
