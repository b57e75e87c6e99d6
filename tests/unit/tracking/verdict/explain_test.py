"""The answer to «why»: which cause, which facts, which log, and what could not be looked at."""

from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Lookup
from kubectl_dog.tracking.verdict.explain import best_explanation
from kubectl_dog.tracking.verdict.explain import explain
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
        (Lookup(LAMPS, 'shop'), None, ['lamps']),
    ),
)
def test_what_could_not_be_looked_up_is_named(lookup, answer, names):
    answers = {} if answer is None else {lookup: answer}
    unseen = why(MISSING._replace(lookups=(lookup,)), answers=answers).not_fetched
    assert len(unseen) == len(names)
    assert all(name in text for name, text in zip(names, unseen))
