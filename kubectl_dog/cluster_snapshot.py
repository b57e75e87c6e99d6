"""Answer the lookups of checks with few requests, and send dry runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from functools import partial

from kubectl_dog.checks import rights
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.dry_runs import DryRun
from kubectl_dog.checks.read_plan import plan_reads
from kubectl_dog.checks.read_plan import split_answer
from kubectl_dog.checks.rights import Right
from kubectl_dog.checks.rights import access_review
from kubectl_dog.cluster.reads.list_kinds import in_parallel
from kubectl_dog.cluster.reads.lookup import read_answer
from kubectl_dog.cluster.reads.lookup import send_lookup
from kubectl_dog.cluster.reads.paging import RefusedError
from kubectl_dog.cluster.reads.paging import list_all
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import json_decoding
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import DryRunConnection
from kubectl_dog.model.connection import RightsConnection
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import is_custom
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch

# Reads of one call, without those of discovery.
MAX_READS = 28
# Namespaces whose rights are read.
MAX_REVIEWS = 3
_STATUS = {403: 'denied', 404: 'missing', 405: 'missing'}
_TOO_MANY = Answer('failed', message=f'more than {MAX_READS} reads would be needed')
# Fields that the server sets.
_SERVER_FIELDS = ('managedFields', 'creationTimestamp', 'generation', 'selfLink')
# As kubectl apply, which rejects fields that do not exist.
_STRICT = (('fieldValidation', 'Strict'),)


class ClusterSnapshot:
    """The answers to lookups so far; `is_served` returns whether the server has a custom kind."""

    def __init__(self, connection: Connection, is_served: Callable[[Resource], bool]) -> None:
        self._connection = connection
        self._is_served = is_served
        self._left = MAX_READS
        self.answers: dict[Lookup, Answer] = {}

    def read(self, lookups: Iterable[Lookup]) -> None:
        """Answer lookups; raises AccessError if the server does not answer or accept the user."""
        wanted = []
        for lookup in lookups:
            if is_custom(lookup.resource) and not self._is_served(lookup.resource):
                self.answers[lookup] = Answer('missing')
            else:
                wanted.append(lookup)
        plan = plan_reads(wanted)
        refused = self._send(plan)
        # A user who may not list all objects may still be allowed to read some of them.
        self._send({lookup: [lookup] for read in refused for lookup in plan[read]})

    def _send(self, plan: Mapping[Lookup, Sequence[Lookup]]) -> list[Lookup]:
        """Send reads; returns those that were denied and that answer several lookups."""
        reads = list(plan)[: self._left]
        for read in list(plan)[self._left :]:
            self.answers.update(dict.fromkeys(plan[read], _TOO_MANY))
        self._left -= len(reads)
        refused = []
        for read, answer in zip(reads, in_parallel(partial(_answer, self._connection), reads)):
            if answer.status == 'denied' and list(plan[read]) != [read]:
                refused.append(read)
            else:
                self.answers.update(split_answer(answer, plan[read]))
        return refused

    def missing_rights(self, needed: Iterable[Right]) -> list[Right]:
        """Return the rights that the user does not have, as far as the server reports them.

        It needs a read per namespace, and one per right if the server does not list all rights.
        """
        by_namespace: dict[str, list[Right]] = {}
        for right in needed:
            by_namespace.setdefault(right.namespace, []).append(right)
        # Rights for the cluster count in every namespace.
        namespaces = list(by_namespace)[:MAX_REVIEWS]
        specs: list[Object] = [{'namespace': namespace or 'default'} for namespace in namespaces]
        missing, doubtful = [], []
        for namespace, review in zip(namespaces, self._review('SelfSubjectRulesReview', specs)):
            rest = rights.ungranted_rights(by_namespace[namespace], review)
            if rights.is_complete(review):
                missing += rest
            elif review:
                doubtful += rest
        reviews = self._review('SelfSubjectAccessReview', list(map(access_review, doubtful)))
        return missing + [
            right for right, review in zip(doubtful, reviews) if rights.is_denied(review)
        ]

    def _review(self, kind: str, specs: Sequence[Object]) -> Sequence[Object]:
        connection, sent = self._connection, specs[: self._left]
        if not isinstance(connection, RightsConnection):
            return []
        self._left -= len(sent)
        return in_parallel(partial(_review, connection, kind), sent)


def _review(connection: RightsConnection, kind: str, spec: Object) -> Object:
    """Return the answer to a review; empty if there is none."""
    try:
        response = connection.review_self(kind, spec)
        answer = json_decoding.decode(response.body) if response.status == 201 else {}
    except (UnreachableError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _answer(connection: Connection, read: Lookup) -> Answer:
    try:
        if read.name:
            response = send_lookup(connection, read)
            _check_credentials(connection, response.status, response.body)
            return read_answer(connection, read, response)
        want = Watch(read.resource, read.namespace)
        metadata_only = not read.full_object
        objects, _ = list_all(connection, want, lambda: None, metadata_only=metadata_only)
    except RefusedError as error:
        if error.status.code == 401:
            raise _access_error(connection, error.status) from error
        status = _STATUS.get(error.status.code, 'failed')
        return Answer(status, message=error.status.message)
    except UnreachableError as error:
        raise AccessError(str(error)) from error
    except CutError as error:
        return Answer('failed', message=api_errors.unreachable(connection.server, error))
    return Answer('found', tuple(objects))


def _check_credentials(connection: Connection, status: int, body: bytes) -> None:
    if status == 401:
        raise _access_error(connection, api_errors.parse_status(status, body))


def _access_error(connection: Connection, status: api_errors.ApiStatus) -> AccessError:
    return AccessError(api_errors.read_failure(status, connection.server).message)


def dry_runs(connection: Connection, entries: Sequence[Entry]) -> dict[Target, DryRun] | None:
    """Return the answers to dry runs of objects; None if the connection can send none."""
    if not isinstance(connection, DryRunConnection):
        return None
    targets = [entry.target for entry in entries]
    return dict(zip(targets, in_parallel(partial(_dry_run, connection), entries)))


def _dry_run(connection: DryRunConnection, entry: Entry) -> DryRun:
    path = entry.target.resource.path(entry.target.namespace, entry.target.name)
    body = json.dumps(_without_server_fields(entry), default=str).encode()
    try:
        response = connection.dry_run_apply(path, body, _STRICT)
    except UnreachableError as error:
        return DryRun(0, str(error))
    warnings = _warnings(response.headers)
    if response.status < 300:
        return DryRun(response.status, warnings=warnings)
    status = api_errors.parse_status(response.status, response.body)
    return DryRun(response.status, status.message, _fields(response.body), warnings)


def _without_server_fields(entry: Entry) -> Object:
    obj = {key: value for key, value in entry.object.items() if key != 'status'}
    metadata = {
        key: value for key, value in get_dict(obj, 'metadata').items() if key not in _SERVER_FIELDS
    }
    if entry.target.namespace:
        metadata['namespace'] = entry.target.namespace
    return {**obj, 'metadata': metadata}


def _fields(body: bytes) -> tuple[tuple[str, str], ...]:
    try:
        answer = json_decoding.decode(body)
    except ValueError:
        return ()
    causes = get_dicts(answer, 'details', 'causes')
    return tuple((get_str(cause, 'field'), get_str(cause, 'message')) for cause in causes)


def _warnings(headers: Mapping[str, str]) -> str:
    values = getattr(headers, 'get_all', lambda name: [headers.get(name) or ''])('Warning')
    return '\n'.join(values or ())
