"""One sentence about the reads that are denied: what, where, and what it means."""

from __future__ import annotations

import pytest

from kubectl_dog.model.events import DeniedRead
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking import denied_reads

HINT = ' (--print-rbac prints the Role that is needed)'


def read(resource, namespace='shop', group='', verbs=('list', 'watch')):
    return DeniedRead(verbs, group, resource, namespace, 'no')


LOGS = read('pods/log', verbs=('get',))
REPLICASETS = read('replicasets', group='apps')
JOBS = read('jobs', group='batch')


@pytest.mark.parametrize(
    ('reads', 'untracked', 'text'),
    [
        (
            (read('events'), LOGS),
            (),
            'no permission to read events, pods/log in namespace shop: log lines are not shown; '
            'causes that only events name are not seen',
        ),
        (
            (read('pods'), LOGS),
            (),
            'no permission to read pods, pods/log in namespace shop: pods, their problems and '
            'their logs are not seen',
        ),
        (
            (REPLICASETS,),
            (),
            'no permission to read replicasets.apps in namespace shop: new pods cannot be told '
            'from old ones, so their problems and logs are not seen',
        ),
        (
            (read('widgets', group='x.io'),),
            (),
            'no permission to read widgets.x.io in namespace shop: causes may be missing',
        ),
        (
            (JOBS, read('pods')),
            (JOBS,),
            'no permission to read jobs.batch, pods in namespace shop: changes of jobs.batch are '
            'not tracked; pods, their problems and their logs are not seen',
        ),
        (
            (read('pods', verbs=('watch',)),),
            (),
            'no permission to watch pods in namespace shop: changes are seen late',
        ),
        (
            (read('events'), read('pods', verbs=('watch',))),
            (),
            'no permission to read events in namespace shop: causes that only events name are not '
            'seen; no permission to watch pods in namespace shop: changes are seen late',
        ),
        (
            (read('events', 'a'), read('events', 'b')),
            (),
            'no permission to read events in namespaces a, b: causes that only events name are '
            'not seen',
        ),
        (
            [read('events', name) for name in 'abcd'],
            (),
            'no permission to read events in 4 namespaces: causes that only events name are not '
            'seen',
        ),
        (
            (read('events', ''),),
            (),
            'no permission to read events: causes that only events name are not seen',
        ),
    ],
)
def test_the_sentence_names_what_is_denied_and_what_it_means(reads, untracked, text):
    assert denied_reads.describe(reads, untracked) == text + HINT


def test_each_read_is_reported_once_and_all_are_kept():
    denied, no = denied_reads.DeniedReads(), ReadFailure('denied', 'no')
    denied.add(1.0, Watch(PODS, 'shop', 'a=b'), no)
    denied.add(2.0, Watch(PODS, 'shop'), no)
    assert denied.due_at == 1.0 + denied_reads.WAIT
    [notice] = denied.report(2.5)
    assert notice.denied_reads == (read('pods'),)
    denied.add(3.0, Logs('shop', 'web-1', 'uid', 'main'), no)
    denied.add(3.5, Watch(EVENTS, 'shop'), no._replace(reason='unwatched'))
    denied.add(3.6, Watch(PODS, 'shop'), no)
    [notice] = denied.report(4.0)
    assert notice.denied_reads == (read('events', verbs=('watch',)), LOGS)
    assert (list(denied.report(5.0)), denied.due_at) == ([], None)
    assert len(denied.all) == 3
