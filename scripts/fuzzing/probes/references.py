"""References: the victim's ids where own ones belong, alone and among own ones."""

from collections.abc import Callable, Iterator
from functools import partial

from scripts.fuzzing.holdings import UnavailableError
from scripts.fuzzing.ids import Id
from scripts.fuzzing.judging import Ask, Case
from scripts.fuzzing.kinds import Kind
from scripts.fuzzing.references import ITEMS, Reference
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "references"
BATCHES = "batches"


def cases(stage: Stage) -> Iterator[Case]:
    """Return every reference with the victim's id in it."""
    for endpoint, reference, kind in _references(stage):
        yield Case(
            KIND,
            endpoint,
            _alone(stage, endpoint, reference),
            partial(stage.foreign, kind, reference.field),
            touched=kind,
            reference=reference.label,
            stores=_stored(reference),
            note=reference.label,
        )


def batches(stage: Stage) -> Iterator[Case]:
    """Return every list of ids with an own one and the victim's, in both orders."""
    for endpoint, reference, kind in _references(stage):
        if ITEMS not in reference.steps:
            continue
        for order, note in ((1, "[own, other]"), (-1, "[other, own]")):
            yield Case(
                BATCHES,
                endpoint,
                _among(stage, endpoint, reference, kind, order),
                partial(stage.foreign, kind, reference.field),
                touched=kind,
                reference=reference.label,
                stores=_stored(reference),
                note=f"{reference.label} {note}",
            )


def _references(stage: Stage) -> Iterator[tuple[Endpoint, Reference, Kind]]:
    """Return the references of each operation that can be somebody else's."""
    for endpoint in stage.endpoints():
        for reference in endpoint.references:
            if not reference.kind or reference.kind.is_user:
                continue
            label = f"{endpoint.id}: {reference.label}"
            try:
                stage.foreign(reference.kind, reference.field)
            except UnavailableError as error:
                if not reference.field:
                    stage.ledger.not_probed[label] = str(error)
                continue
            if stage.is_shared(reference.kind):
                stage.ledger.notes[label] = f"both users see the same {reference.kind}"
                continue
            yield endpoint, reference, reference.kind


def _stored(reference: Reference) -> str:
    """Return what a reference is called where it is told; nothing for what is not kept."""
    is_kept = reference.location == "body" and not reference.is_own and not reference.field
    return reference.name if is_kept else ""


def _alone(stage: Stage, endpoint: Endpoint, reference: Reference) -> Callable[[Id], Ask]:
    def ask(found: Id) -> Ask:
        path = stage.path(stage.bob, endpoint)
        request = stage.bob.compose(endpoint, stage.draft(endpoint), path, {reference: found})
        return Ask(request, (found, *path.values()))

    return ask


def _among(
    stage: Stage, endpoint: Endpoint, reference: Reference, kind: Kind, order: int
) -> Callable[[Id], Ask]:
    def ask(found: Id) -> Ask:
        mine = stage.bob.fresh(kind)
        pair = [mine.id, found][::order]
        path = stage.path(stage.bob, endpoint)
        request = stage.bob.compose(endpoint, stage.draft(endpoint), path, {reference: pair})
        return Ask(request, (found, mine.id, *path.values()), then=stage.getter(stage.bob, mine))

    return ask
