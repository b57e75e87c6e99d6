from __future__ import annotations

import random

import pytest

from kubectl_dog.cluster.source.watch_router import WatchRouter
from kubectl_dog.cluster.source.watch_router import WatchSelection
from kubectl_dog.cluster.source.watch_router import watch_selection
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Watch

ALL = Watch(PODS, 'shop')
WEB = Watch(PODS, 'shop', 'app=web')
API = Watch(PODS, 'shop', 'app=api')
CANARY = Watch(PODS, 'shop', 'app=web,track in (canary, beta)')
BY_NAME = Watch(PODS, 'shop', fields='metadata.name=one')
NEVER = Watch(PODS, 'shop', '!app')


def pod(name, **labels):
    return {'metadata': {'name': name, 'uid': name, 'labels': labels}}


def router(*watches):
    opened = WatchRouter()
    for watch in watches:
        assert not list(opened.add(watch))
    return opened


@pytest.mark.parametrize(
    ('watch', 'obj', 'selected'),
    (
        (ALL, pod('one'), True),
        (WEB, pod('one', app='web'), True),
        (WEB, pod('one', app='api'), False),
        (CANARY, pod('one', app='web', track='beta'), True),
        (CANARY, pod('one', app='web'), False),
        (BY_NAME, pod('one'), True),
        (BY_NAME, pod('two'), False),
        (NEVER, pod('one'), True),
        (
            Watch(EVENTS, 'shop', fields='involvedObject.uid=x'),
            {'involvedObject': {'uid': 'x'}},
            True,
        ),
        (Watch(EVENTS, 'shop', fields='involvedObject.uid=x'), {'involvedObject': {}}, False),
        (Watch(PODS, 'shop', 'app=web', 'metadata.name=one'), pod('one', app='api'), False),
    ),
)
def test_a_watch_selects_what_the_server_would(watch, obj, selected):
    assert watch_selection(watch).selects(obj) is selected


@pytest.mark.parametrize(
    'watch',
    (
        Watch(PODS, 'shop', fields='spec.nodeName=a'),
        Watch(PODS, 'shop', fields='metadata.name==a'),
        WEB._replace(labels='?'),
    ),
)
def test_what_only_the_server_can_select_is_left_to_it(watch):
    assert watch_selection(watch) is None


def test_nothing_is_told_before_everything_was_listed():
    opened = router(WEB, BY_NAME)
    dispatches = dict(opened.route(Listed((pod('one'), pod('two', app='web')))))
    assert dispatches == {WEB: Listed((pod('two', app='web'),)), BY_NAME: Listed((pod('one'),))}


def test_who_comes_later_is_told_at_once():
    opened = router(WEB)
    list(opened.route(Listed((pod('one'),))))
    list(opened.route(Changed('ADDED', pod('two', app='api'))))
    assert list(opened.add(API)) == [(API, Listed((pod('two', app='api'),)))]
    assert list(opened.route(Changed('DELETED', pod('two', app='api')))) == [
        (API, Changed('DELETED', pod('two', app='api')))
    ]


def test_who_comes_later_costs_what_it_selects(monkeypatch):
    opened, asked, selects = router(), [], WatchSelection.selects
    list(opened.route(Listed(tuple(pod(str(number), app=str(number)) for number in range(100)))))
    monkeypatch.setattr(
        WatchSelection, 'selects', lambda self, obj: asked.append(obj) or selects(self, obj)
    )
    for watch in (ALL._replace(labels='app=7'), ALL._replace(fields='metadata.name=7')):
        assert list(opened.add(watch)) == [(watch, Listed((pod('7', app='7'),)))]
    assert len(asked) == 2


def test_what_is_not_selected_any_more_is_gone():
    opened = router(WEB, API)
    list(opened.route(Listed((pod('one', app='web'),))))
    moved = pod('one', app='api')
    assert list(opened.route(Changed('MODIFIED', moved))) == [
        (WEB, Changed('DELETED', moved)),
        (API, Changed('ADDED', moved)),
    ]


def test_who_left_is_told_nothing():
    opened = router(WEB, BY_NAME)
    list(opened.route(Listed((pod('one', app='web'),))))
    opened.remove(WEB)
    assert list(opened.route(Changed('MODIFIED', pod('one', app='web')))) == [
        (BY_NAME, Changed('MODIFIED', pod('one', app='web')))
    ]


def test_trouble_is_everybodys():
    trouble = ReadFailure('unreachable', 'gone')
    assert list(router(WEB, BY_NAME).route(trouble)) == [(WEB, trouble), (BY_NAME, trouble)]


@pytest.mark.parametrize('reason', ('unreachable', 'denied'))
def test_who_comes_later_is_told_of_the_trouble_that_there_is(reason):
    trouble, opened = ReadFailure(reason, 'gone'), router(WEB)
    list(opened.route(trouble))
    assert list(opened.add(BY_NAME)) == [(BY_NAME, trouble)]
    list(opened.route(ReadFailure('recovered', 'back')))
    assert list(opened.add(API)) == []


class Reader:
    """Follows what is told, as one who reads by a narrow watch would."""

    def __init__(self):
        self.known = {}

    def take(self, dispatches):
        for watch, payload in dispatches:
            if isinstance(payload, Listed):
                self.known[watch] = {obj['metadata']['uid']: obj for obj in payload.objects}
                continue
            mine, key = self.known[watch], payload.object['metadata']['uid']
            assert (key in mine) is (payload.change != 'ADDED')
            mine[key] = payload.object
            if payload.change == 'DELETED':
                del mine[key]


def happens(draw, there):
    """Something that happens to one of three pods."""
    name = draw.choice(('one', 'two', 'three'))
    if name in there and draw.random() < 0.3:
        return Changed('DELETED', there.pop(name))
    change = 'MODIFIED' if name in there else 'ADDED'
    labels = {key: draw.choice(values) for key, values in LABELS.items() if draw.random() < 0.7}
    there[name] = pod(name, **labels)
    return Changed(change, there[name])


LABELS = {'app': ('web', 'api'), 'track': ('beta', 'stable')}


@pytest.mark.parametrize('seed', range(20))
def test_every_narrow_watch_knows_what_it_would_have_seen_by_itself(seed):
    draw, there, reader, opened = random.Random(seed), {}, Reader(), WatchRouter()
    reader.take(opened.route(Listed(())))
    for _ in range(300):
        watch = draw.choice((ALL, WEB, API, CANARY, BY_NAME, NEVER))
        if watch not in opened.narrow:
            reader.take(opened.add(watch))
        elif draw.random() < 0.1:
            opened.remove(watch)
        change = happens(draw, there)
        # A server that was away lists everything again.
        again = draw.random() < 0.05
        reader.take(opened.route(Listed(tuple(there.values())) if again else change))
        for narrow in opened.narrow:
            expected = {
                key: obj for key, obj in there.items() if watch_selection(narrow).selects(obj)
            }
            assert reader.known[narrow] == expected
