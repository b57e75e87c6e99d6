"""Check `--at-revision`: the application has applied that commit, or a newer one."""

from __future__ import annotations

from kubectl_dog.gitops.inventory import is_application
from kubectl_dog.gitops.revision_state import RevisionState
from kubectl_dog.gitops.revision_state import SeenRevisions
from kubectl_dog.gitops.revision_state import Stage
from kubectl_dog.gitops.revision_state import advance_seen
from kubectl_dog.gitops.revision_state import read_facts
from kubectl_dog.gitops.revision_state import revision_state
from kubectl_dog.gitops.revision_text import parse_revision
from kubectl_dog.gitops.revision_text import shorten
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.views import RunHistory
from kubectl_dog.tracking.verdict.readiness import PINNED
from kubectl_dog.tracking.verdict.readiness import Failed
from kubectl_dog.tracking.verdict.readiness import Subject
from kubectl_dog.tracking.verdict.readiness import Unmet


def check(subject: Subject) -> Unmet | Failed | None:
    """Return what is unmet, or the failure of the expected revision."""
    options, assessed, view = subject.options, subject.assessed, subject.view
    state = expected_state(view.object or {}, view.target.resource, options, view.run_history)
    if state is None or state.stage is Stage.APPLIED or _awaits_somebody(subject):
        return None
    wanted = shorten(options.at_revision)
    if state.stage is Stage.FAILED:
        which = f'{shorten(state.newer)}, which is newer than {wanted},' if state.newer else wanted
        return Failed(state.reason, f'revision {which} failed: {state.message or "no message"}')
    if state.stage is Stage.APPLYING:
        waits_for = assessed.waits_for or f'revision {wanted} to be applied'
        return Unmet('Applying', waits_for) if assessed.state is State.READY else None
    why = f'; {state.reason}: {state.message}' if state.reason else ''
    if state.is_unordered:
        why = f', which may be newer: see docs/gitops.md{why}'
    waits_for = f'revision {wanted} (current: {shorten(state.current) or "none"}{why})'
    return Unmet(PINNED, waits_for, timeout=options.revision_timeout)


def check_complete(subject: Subject) -> Unmet | None:
    """Return what is unmet if a ready application has not written its whole status yet."""
    resource = subject.view.target.resource
    if not is_application(resource) or read_facts(subject.view.object or {}, resource).is_complete:
        return None
    return Unmet('Incomplete', 'the rest of its status')


def expected_state(
    obj: Object, resource: Resource, options: Options, run_history: RunHistory
) -> RevisionState | None:
    """Return the stage of `at_revision` in an application; None if it is for other applications."""
    facts = read_facts(obj, resource)
    if options.at_source and options.at_source != facts.source:
        return None
    seen = SeenRevisions(
        run_history.revisions, run_history.first_revisions, bool(options.at_source)
    )
    return revision_state(facts, parse_revision(options.at_revision), seen)


def advance(
    revisions: tuple[str, ...], first: tuple[str, ...] | None, obj: Object, resource: Resource
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Return the revisions that have been seen so far, and those that were applied at first."""
    seen = advance_seen(SeenRevisions(revisions, first), read_facts(obj, resource))
    return seen.order, seen.first


def _awaits_somebody(subject: Subject) -> bool:
    """Return whether the application applies nothing until a user acts."""
    spec = (subject.view.object or {}).get('spec')
    is_suspended = isinstance(spec, dict) and spec.get('suspend') is True
    is_paused = subject.assessed.state is State.PAUSED
    return is_paused and (is_suspended or subject.assessed.reason == 'OutOfSync')
