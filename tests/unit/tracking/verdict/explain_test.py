"""The answer to «why»: which cause, which facts, which log, and what could not be looked at."""

from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import NETWORKPOLICIES
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Change
from kubectl_dog.model.verdicts import RevisionChanges
from kubectl_dog.model.wants import Lookup
from kubectl_dog.tracking.verdict.explain import best_explanation
from kubectl_dog.tracking.verdict.explain import explain
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import view

MISSING = Cause('ConfigMapMissing', '', 'app', 'no app')
DEADLINE = Cause('ProgressDeadlineExceeded', '', 'web', 'too late')
LAMPS = Resource('lamps.example.com', 'v1', 'lamps', 'Lamp', 'lamp')
LOG = LogRef('pod-web-1', 'main', 0)
OTHER_LOG = LogRef('pod-web-2', 'main', 0)


def why(cause=None, tells='', pods=1, serving='', remedies=(), **seen):
    pods = tuple(pod(name=f'web-{number}') for number in range(pods))
    assessed = Assessment(
        State.FAILED, pods=pods, still_serving=serving, suggested_commands=remedies
    )
    return explain(view(**seen), assessed, cause, tells)


def words_of(*texts):
    return tuple(LogLine(number, text) for number, text in enumerate(texts))


@pytest.mark.parametrize(
    ('fact', 'facts'),
    (
        ('revision 2 failed: no app', ('no app', 'revision 2 failed')),
        ('revision 2 failed: no app ', ('no app', 'revision 2 failed')),
        ('no app', ('no app',)),
        ('too late', ('no app', 'too late')),
    ),
)
def test_no_fact_repeats_the_message_of_the_cause(fact, facts):
    assert why(MISSING, fact).facts == facts


@pytest.mark.parametrize(
    ('causes', 'expected'),
    (
        ((), None),
        ((DEADLINE, MISSING), MISSING),
        ((MISSING, MISSING._replace(pods=('a', 'b'))), MISSING._replace(pods=('a', 'b'))),
        ((MISSING._replace(active=False), MISSING), MISSING),
    ),
)
def test_the_cause_that_explains_most(causes, expected):
    assert best_explanation(causes) == expected


@pytest.mark.parametrize(
    ('cause', 'more', 'facts'),
    (
        (None, {}, []),
        (None, {'tells': 'it waits', 'serving': 'old pods serve'}, ['it waits', 'old pods serve']),
        (MISSING, {}, ['no app']),
        (MISSING, {'tells': 'no app'}, ['no app']),
        (
            MISSING._replace(evidence=('seen',)),
            {'tells': 'it waits'},
            ['no app', 'seen', 'it waits'],
        ),
        (MISSING, {'serving': 'old pods serve'}, ['no app', 'old pods serve']),
    ),
)
def test_the_facts_are_those_of_the_cause_and_what_is_known_beside_it(cause, more, facts):
    assert list(why(cause, **more).facts) == facts


def template(image):
    return {'spec': {'containers': [{'name': 'main', 'image': image}]}}


@pytest.mark.parametrize(
    ('cause', 'is_new'),
    (
        ({}, True),
        ({'pods': ('web-0', 'old')}, True),
        # The revision did not break the pods of another one.
        ({'pods': ('old',)}, False),
        ({'subject': 'proxy'}, False),
    ),
)
def test_what_the_revision_changed_is_a_fact(cause, is_new):
    cause = Cause('ImageNotFound', '', 'main', 'no image', evidence=('seen',))._replace(**cause)
    templates = RevisionTemplates('8', template('web:2'), '7', template('web:1'))
    assessed = Assessment(
        State.FAILED, pods=(pod(name='web-0'),), still_serving='7 serves', templates=templates
    )
    explanation = explain(view(), assessed, cause, 'it waits')
    new = ['new in revision 8: image web:2 (before: 1)'] * is_new
    assert list(explanation.facts) == ['no image', 'seen', *new, 'it waits', '7 serves']
    changes = RevisionChanges('8', '7', (Change('image', 'main', '', 'changed', 'web:1', 'web:2'),))
    assert explanation.revision_changes == (changes if is_new else None)


def warned(kind='Warning', age=10.0, target=Target(LAMPS, 'shop', 'web'), state='', fact='waits'):
    lamp = {'kind': 'Lamp', 'metadata': {'name': 'web', 'uid': 'u'}}
    events = (kube_event(lamp, 'Invalid', 'bad spec', kind=kind, at=age),)
    events += (kube_event(lamp, 'Invalid', 'older', kind=kind, at=age + 1),)
    assessed = Assessment(State(state or 'progressing'))
    return list(explain(view(lamp, *events, target=target), assessed, None, fact).facts)


@pytest.mark.parametrize(
    'changes',
    (
        {'kind': 'Normal'},
        {'age': 1000.0},
        {'target': Target(CONFIGMAPS, 'shop', 'web')},
        {'state': 'paused'},
        {'fact': 'it waits: bad spec'},
    ),
)
def test_the_newest_warning_about_a_custom_resource_explains_it(changes):
    assert warned() == ['waits', 'last warning event: Invalid: bad spec']
    assert len(warned(**changes)) == 1


@pytest.mark.parametrize(
    ('cause', 'pods', 'numbers'),
    (
        ({}, 1, []),
        ({'pods': ('web-0',)}, 1, []),
        ({'pods': ('web-0', 'web-1')}, 3, ['2 of 3']),
        ({'terminations': 1}, 1, []),
        ({'terminations': 4}, 1, ['4']),
        ({'terminations': 4, 'pods': ('web-0',)}, 3, ['1 of 3', '4']),
        ({'terminations_before': 5}, 1, ['5']),
        ({'terminations': 2, 'terminations_before': 5}, 1, ['2', '5']),
    ),
)
def test_the_first_fact_counts(cause, pods, numbers):
    [headline] = why(MISSING._replace(**cause), pods=pods).facts
    assert headline.startswith('no app')
    assert [number for number in numbers if number not in headline] == []
    assert (headline == 'no app') is (not numbers)


@pytest.mark.parametrize(
    ('cause', 'own', 'remedies'),
    (
        (None, ('a', 'b', 'c'), ('a', 'b')),
        (MISSING._replace(suggested_commands=('x',)), ('a', 'b'), ('x', 'a')),
        (MISSING._replace(suggested_commands=('x', 'y', 'z')), ('a',), ('x', 'y')),
        (MISSING._replace(suggested_commands=('a',)), ('a', 'b'), ('a', 'b')),
    ),
)
def test_no_more_than_two_commands_are_proposed(cause, own, remedies):
    assert why(cause, remedies=own).suggested_commands == remedies


@pytest.mark.parametrize(
    ('logs', 'blind', 'words', 'unseen'),
    (
        ({}, (), (), True),
        ({('pod-web-1', 'main'): ()}, (), (), False),
        ({('pod-web-1', 'main'): words_of('FATAL: a')}, (), ('FATAL: a',), False),
        ({('pod-web-2', 'main'): words_of('FATAL: b')}, (), ('FATAL: b',), False),
        (
            {
                ('pod-web-1', 'main'): words_of('FATAL: a'),
                ('pod-web-2', 'main'): words_of('FATAL: b'),
            },
            (),
            ('FATAL: a',),
            False,
        ),
        ({}, (LOGS,), (), True),
    ),
)
def test_the_log_of_the_first_pod_that_has_any_explains(logs, blind, words, unseen):
    cause = MISSING._replace(logs=(LOG, OTHER_LOG))
    explanation = why(cause, logs=logs, forbidden_kinds=frozenset(blind))
    assert (explanation.log_excerpt, len(explanation.not_fetched)) == (words, int(unseen))
    assert (LOGS in ''.join(explanation.not_fetched)) is bool(blind)


@pytest.mark.parametrize(
    ('lookup', 'answer', 'names'),
    (
        (Lookup(CONFIGMAPS, 'shop'), None, ['configmaps']),
        (Lookup(CONFIGMAPS, 'shop', 'app'), None, ['ConfigMap app']),
        (Lookup(CONFIGMAPS, 'shop'), Answer('denied'), ['configmaps']),
        (Lookup(CONFIGMAPS, 'shop', 'app'), Answer('denied'), ['ConfigMap app']),
        (Lookup(CONFIGMAPS, 'shop'), Answer('found'), []),
        (Lookup(CONFIGMAPS, 'shop', 'app'), Answer('missing'), []),
        (Lookup(LAMPS, 'shop'), Answer('denied'), []),
        # It is read for a possibility only.
        (Lookup(NETWORKPOLICIES, 'shop'), Answer('denied'), []),
        # Whether the cluster has this kind is not known.
        (Lookup(LAMPS, 'shop'), None, []),
    ),
)
def test_what_could_not_be_looked_up_is_named(lookup, answer, names):
    answers = {} if answer is None else {lookup: answer}
    unseen = why(MISSING._replace(lookups=(lookup,)), answers=answers).not_fetched
    assert len(unseen) == len(names)
    assert all(name in text for name, text in zip(names, unseen))


@pytest.mark.parametrize(
    ('pods', 'affected', 'counts', 'text'),
    (
        (1, 1, {}, 'no app'),
        (2, 1, {}, 'no app (1 of 2 new pods)'),
        (2, 2, {}, 'no app (both new pods)'),
        (3, 3, {'terminations': 2}, 'no app (all 3 new pods, up to 2 times each)'),
        (3, 1, {'terminations': 2}, 'no app (1 of 3 new pods, 2 times)'),
        (1, 1, {'terminations': 3, 'terminations_before': 1}, None),
    ),
)
def test_the_counts_of_a_cause_are_true(pods, affected, counts, text):
    names = tuple(f'web-{number}' for number in range(affected))
    text = text or 'no app (3 times, once before tracking began)'
    assert why(MISSING._replace(pods=names, **counts), pods=pods).facts[0] == text


def test_an_old_pod_is_not_counted_as_a_new_one():
    assert why(MISSING._replace(pods=('old',)), pods=2).facts[0] == 'no app'
