from __future__ import annotations

import pytest
import yaml

from kubectl_dog.model.assessments import TRACKER_ERROR
from kubectl_dog.trackers.declarative.parse_rules import parse_rules
from kubectl_dog.trackers.declarative.rule_tracker import RuleTracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import view
from tests.unit.trackers.generic_test import ERROR
from tests.unit.trackers.generic_test import FROBS
from tests.unit.trackers.generic_test import OLD
from tests.unit.trackers.generic_test import READY
from tests.unit.trackers.generic_test import SEEN
from tests.unit.trackers.generic_test import cond
from tests.unit.trackers.generic_test import frob
from tests.unit.trackers.generic_test import spec_written
from tests.unit.tracking.play import Play


def by_rule(text):
    data = yaml.load(text, yaml.BaseLoader)
    [rule] = parse_rules({'group': 'x.example.com', 'kind': 'Frob', **data}, 'rules.yaml')
    return RuleTracker(rule)


def judge(text, obj, **fields):
    assessment = by_rule(text).assess(view(obj, target=FROBS, **fields))
    return assessment.state.value, assessment.waits_for or assessment.message


@pytest.mark.parametrize(
    ('test', 'obj', 'unmet'),
    (
        ('condition: Ready', frob(READY), ''),
        (
            'condition: Ready',
            frob(ERROR),
            'condition "Ready" to be "True" (now "False", ReconcileError: access ',
        ),
        ('condition: Ready', frob(phase='x'), 'condition "Ready" to be "True" (not reported yet)'),
        ('condition: Ready', frob(READY, generation=2, observedGeneration=2), ''),
        (
            'condition: Ready',
            frob({**READY, 'observedGeneration': 1}, generation=2),
            SEEN,
        ),
        ('condition: Ready=False|Unknown', frob(ERROR), ''),
        ('condition: Ready = False', frob(ERROR), ''),
        ('condition: Ready!=True', frob(phase='x'), ''),
        (
            'condition: Ready!=True',
            frob(READY),
            'condition "Ready" to be other than "True" (now "True")',
        ),
        ('condition: Ready!=True', frob({**ERROR, **OLD}, generation=2), SEEN),
        ('not: {condition: Ready=False}', frob({**READY, **OLD}, generation=2), SEEN),
        ('any: [{condition: A}, {condition: B}]', frob({**cond('B'), **OLD}, generation=2), SEEN),
        (
            'all: [{condition: A!=True}, {condition: B}]',
            frob({**cond('A'), **OLD}, generation=2),
            'condition "B" to be "True"',
        ),
        (
            'not: {all: [{condition: A}, {condition: B}]}',
            frob({**cond('A'), **OLD}, generation=2),
            '',
        ),
        ('condition: Ready', frob(cond('Ready', True)), ''),
        ('condition: Ready', frob(cond('Ready', 'true')), ''),
        (
            'condition: Ready',
            frob(cond('Ready', 1)),
            'condition "Ready" to be "True" (not reported yet)',
        ),
        ('condition: Ready=false', frob(ERROR), ''),
        ('{condition: Ready=False, reasons: [ReconcileError]}', frob(ERROR), ''),
        (
            '{condition: Ready=False, reasons: X}',
            frob(ERROR),
            'condition "Ready" to be "False" (now "False"',
        ),
        ('{condition: Ready=False, exceptReasons: [X]}', frob(ERROR), ''),
        (
            '{condition: Ready=False, exceptReasons: [ReconcileError]}',
            frob(ERROR),
            'condition "Ready" to be "False" (now "False"',
        ),
        ('{path: status.phase, is: Up}', frob(phase='Up'), ''),
        ('{path: status.phase, is: [On, Up]}', frob(phase='Up'), ''),
        (
            '{path: status.phase, is: [On, Up]}',
            frob(phase='x'),
            'status.phase to be "On" or "Up" (now "x")',
        ),
        ('{path: status.phase, is: Up}', frob(a=1), 'status.phase to be "Up" (not set)'),
        ('{path: status.on, is: True}', frob(on=True), ''),
        ('{path: status.on, is: "true"}', frob(on=True), ''),
        ('{path: status.n, is: 3}', frob(n=3), ''),
        (
            '{path: status.phase, isNot: [x]}',
            frob(phase='x'),
            'status.phase to be other than "x" (now "x")',
        ),
        ('{path: status.phase, isNot: [x]}', frob(a=1), ''),
        ('{path: status.phase, exists: true}', frob(phase='x'), ''),
        ('{path: status.phase, exists: true}', frob(phase=''), 'status.phase to be set'),
        ('{path: status.phase, exists: false}', frob(phase='x'), 'status.phase to be removed'),
        ('{path: status.map, exists: true}', frob(map={}), ''),
        ('{path: status.a, equals: spec.a}', frob(a={'b': 1}, spec={'a': {'b': 1}}), ''),
        ('{path: status.a, equals: spec.a}', frob(b=1), ''),
        (
            '{path: status.a, equals: spec.a}',
            frob(a=1, spec={'a': 2}),
            'status.a to be equal to spec.a (now "1")',
        ),
        ('{path: status.n, atLeast: 3}', frob(n=3), ''),
        ('{path: status.n, atLeast: 3}', frob(n=2), 'status.n to be at least 3 (now "2")'),
        (
            '{path: status.n, atLeast: spec.n}',
            frob(n='x', spec={'n': 1}),
            'status.n to be at least spec.n (now "x")',
        ),
        ('{path: status.n, atLeast: spec.n}', frob(n=1), ''),
        ('{path: status.n, atLeast: spec.n}', frob(n=float('nan'), spec={'n': 1}), 'status.n to'),
        ('{path: status.n, prefixAtLeast: 3}', frob(n='3-9f8c'), ''),
        (
            '{path: status.n, prefixAtLeast: 3}',
            frob(n='2-9f8c'),
            'status.n to start with at least 3 (now "2-9f8c")',
        ),
        (
            '{path: status.n, prefixAtLeast: 3}',
            frob(n='x4'),
            'status.n to start with at least 3',
        ),
        ('{path: status.n, prefixAtLeast: metadata.generation}', frob(n=1), ''),
        ('{path: "status.n[*]", asManyAs: "spec.n[*]"}', frob(n=[1, 2], spec={'n': [3, 4]}), ''),
        ('{path: "status.n[*]", asManyAs: "spec.n[*]"}', frob(n=[1, 2, 3], spec={'n': [1]}), ''),
        (
            '{path: "status.n[*]", asManyAs: "spec.n[*]"}',
            frob(n=[1], spec={'n': [3, 4]}),
            'status.n[*] to have 2 items, as spec.n[*] (now 1)',
        ),
        ('{path: "spec.n[$.status.i.j]", is: b}', frob(i={'j': 1}, spec={'n': ['a', 'b']}), ''),
        ('{path: "spec.n[$.status.i]", is: a}', frob(j=1, spec={'n': ['a']}), 'spec.n[$.status.i]'),
        ('{path: status.n, atLeast: 3}', frob(n='inf'), 'status.n to be at least 3 (now "inf")'),
        (
            '{path: status.a, equals: spec.a}',
            frob(a=['x'], spec={'a': ['y']}),
            'status.a to be equal to spec.a',
        ),
        ('all: [{condition: A}, {condition: B}]', frob(cond('A'), cond('B')), ''),
        ('all: [{condition: A}, {condition: B}]', frob(cond('A')), 'condition "B" to be "True"'),
        ('any: [{condition: A}, {condition: B}]', frob(cond('B')), ''),
        ('any: [{condition: A}, {condition: B}]', frob(cond('C')), 'condition "A" to be "True"'),
        ('any: {condition: A}', frob(cond('A')), ''),
        ('not: {condition: A}', frob(cond('B')), ''),
        ('not: {condition: A}', frob(cond('A')), 'its status to change'),
        ('{each: "status.xs[*]", that: {path: ok, is: true}}', frob(xs=[{'ok': True}]), ''),
        (
            '{each: "status.xs[*]", that: {path: ok, is: true}}',
            frob(xs=[]),
            'status.xs[*] to have an item',
        ),
        (
            '{each: "status.xs[*]", that: {path: ok, is: true}}',
            frob(xs=[{'ok': True}, {'ok': False}]),
            'ok to be "true" (now "false")',
        ),
        (
            '{each: "status.xs[*]", that: {condition: A}}',
            frob(xs=[{'conditions': [cond('A')]}]),
            '',
        ),
        ('{some: "status.xs[*]", that: {path: ok, is: true}}', frob(xs=[{}, {'ok': True}]), ''),
        (
            '{some: "status.xs[*]", that: {path: ok, is: true}}',
            frob(xs=[{}]),
            'ok to be "true" (not set)',
        ),
        (
            '{some: "status.xs[*]", that: {path: ok, is: true}}',
            frob(a=1),
            'status.xs[*] to have an item',
        ),
    ),
)
def test_ready_by_a_test(test, obj, unmet):
    state, text = judge(f'failed: []\nready: {test if test[0] == "{" else "{" + test + "}"}', obj)
    assert state == ('progressing' if unmet else 'ready')
    assert text.startswith(unmet)


UP = 'ready: {path: status.phase, is: Up}'


@pytest.mark.parametrize(
    ('rule', 'obj', 'assessment'),
    (
        pytest.param(
            UP,
            frob(meta={'deletionTimestamp': ago(1)}),
            ('deleting', 'is being deleted'),
            id='going',
        ),
        pytest.param(
            UP,
            frob(generation=2, phase='Up', observedGeneration=1),
            ('progressing', SEEN),
            id='old',
        ),
        pytest.param(
            f'{UP}\nobservedGeneration: status.seen',
            frob(generation=2, phase='Up', seen='1'),
            ('progressing', SEEN),
            id='its own field',
        ),
        pytest.param(
            f'{UP}\nstatus: required',
            frob(age=9999),
            ('progressing', 'its controller to report a status'),
            id='a status must come',
        ),
        pytest.param('status: none', frob(), ('ready', ''), id='no status comes'),
        pytest.param('status: none', frob(READY), ('ready', ''), id='one came all the same'),
        pytest.param(
            f'{UP}\nfailed: {{path: status.phase, is: Bad, reason: "{{status.why}}", message: m}}',
            frob(phase='Bad', why='Worn'),
            ('failed', 'm'),
            id='failed at once',
        ),
        pytest.param(
            f'{UP}\nfailed: {{path: status.phase, is: Bad}}',
            frob(phase='Bad'),
            ('failed', 'Failed'),
            id='failed without words',
        ),
        pytest.param(
            f'{UP}\npaused: {{path: status.phase, is: Off}}',
            frob(phase='Off'),
            ('paused', 'is paused'),
            id='paused',
        ),
        pytest.param(
            f'{UP}\nprogressing: {{path: status.phase, is: Mid, message: "a, {{status.phase}}"}}',
            frob(phase='Mid'),
            ('progressing', 'a, Mid'),
            id='progressing',
        ),
        pytest.param(
            f'{UP}\nprogressing: {{path: status.phase, is: Mid}}',
            frob(phase='Mid'),
            ('progressing', 'its controller to finish'),
            id='progressing without words',
        ),
        pytest.param(
            UP,
            frob(cond('Stalled', reason='Spec'), phase='Mid'),
            ('failed', 'Stalled=True (Spec)'),
            id='what the rule does not say is judged as usual',
        ),
        pytest.param(
            f'{UP}\nfailed: []',
            frob(cond('Stalled', reason='Spec'), phase='Mid'),
            ('progressing', 'status.phase to be "Up" (now "Mid")'),
            id='a section that is empty says that there is none',
        ),
        pytest.param(
            'failed: []',
            frob(cond('Stalled', reason='Spec')),
            ('progressing', 'Stalled=True (Spec)'),
            id='nothing fails',
        ),
        pytest.param(
            'paused: []',
            frob(READY, spec={'suspend': True}),
            ('progressing', 'it to become ready'),
            id='nothing pauses',
        ),
        pytest.param('paused: []', frob(READY), ('ready', ''), id='as usual'),
        pytest.param(
            'ready: {path: status.phase, is: Up, message: "at {status.where}"}',
            frob(phase='Up', where='home'),
            ('ready', 'at home'),
            id='ready with words',
        ),
        pytest.param(
            UP,
            frob(generation=2, phase='Up', meta=spec_written(2)),
            ('progressing', SEEN),
            id='a moment',
        ),
        pytest.param(
            'status: none',
            frob(generation=2, meta=spec_written(2)),
            ('ready', ''),
            id='no moment for a controller that there is not',
        ),
        pytest.param(
            'paused: {path: status.phase, is: Off}',
            frob(generation=2, phase='Off', meta=spec_written(2)),
            ('paused', 'is paused'),
            id='no moment for a pause',
        ),
        pytest.param(
            'conditions: status.inner.conditions\nready: {condition: A}',
            frob(inner={'conditions': [cond('A'), 'odd']}),
            ('ready', ''),
            id='conditions elsewhere',
        ),
    ),
)
def test_sections(rule, obj, assessment):
    assert judge(rule, obj) == assessment


def test_a_failure_may_stand_for_a_while_and_speaks_of_its_item():
    rule = by_rule("""
        failed:
          some: status.parents[*]
          that: {condition: Accepted=False}
          after: 45s
          reason: "{conditions[type=Accepted].reason}"
          message: "{name} in {$.metadata.name}"
    """)
    parents = [
        {'name': 'a', 'conditions': [cond('Accepted')]},
        {'name': 'b', 'conditions': [cond('Accepted', 'False', 'NoMatch')]},
    ]
    assessment = rule.assess(view(frob(parents=parents), target=FROBS))
    [cause] = assessment.causes
    assert (cause.reason, cause.message, cause.tolerance_seconds) == ('NoMatch', 'b in web', 45)
    assert assessment.waits_for == 'it to recover from NoMatch'


BROKEN = 'failed: [{condition: A=False, after: 9s}, {path: status.phase, is: Up}]'


@pytest.mark.parametrize(
    ('rule', 'obj', 'causes'),
    (
        pytest.param(BROKEN, frob(cond('A', 'False', observedGeneration=2)), 1, id='told'),
        pytest.param(BROKEN, frob(cond('A', 'False')), 0, id='it may be history'),
        pytest.param(BROKEN, frob(cond('A', 'False', **OLD)), 0, id='it is history'),
        pytest.param(BROKEN, frob(phase='Up'), 0, id='a phase tells no generation'),
        pytest.param(
            'failed: {all: [{not: {condition: A}}, {any: {condition: B!=True}}], after: 9s}',
            frob(*(cond(kind, 'False', observedGeneration=2) for kind in 'AB')),
            1,
            id='several',
        ),
        pytest.param(
            'failed: {condition: B!=True, after: 9s}',
            frob(cond('A', observedGeneration=2)),
            0,
            id='what is not told yet',
        ),
        pytest.param(UP, frob({**ERROR, 'observedGeneration': 2}), 1, id='as usual'),
        pytest.param(UP, frob({**READY, 'observedGeneration': 2}), 0, id='not as usual'),
    ),
)
def test_a_failure_may_be_told_before_the_generation_counts_as_seen(rule, obj, causes):
    obj['metadata']['generation'] = 2
    obj['status']['observedGeneration'] = -1
    assessment = by_rule(rule).assess(view(obj, target=FROBS))
    assert assessment.state.value == 'progressing'
    assert len(assessment.causes) == causes
    assert (assessment.waits_for == SEEN) is (causes == 0)


def test_a_generation_of_its_own_that_is_behind_makes_history_of_what_is_told_as_usual():
    obj = frob(ERROR, generation=2, seen=1, meta=spec_written(9))
    assessment = by_rule(f'{UP}\nobservedGeneration: status.seen').assess(view(obj, target=FROBS))
    assert (assessment.waits_for, assessment.causes) == (SEEN, ())


def test_a_failure_that_two_conditions_tell_is_told_once():
    texts = 'after: 9s, reason: R, message: m'
    rule = f'failed: [{{condition: A, {texts}}}, {{condition: B, {texts}}}]'
    assessment = by_rule(rule).assess(view(frob(cond('A'), cond('B')), target=FROBS))
    assert len(assessment.causes) == 1


def test_notices_are_told_whatever_the_state():
    rule = by_rule('notices: [{path: spec.dry, is: true, message: is a dry run}, {condition: A}]')
    assessment = rule.assess(view(frob(READY, cond('A'), spec={'dry': True}), target=FROBS))
    assert assessment.notices == ('is a dry run',)


@pytest.mark.parametrize(
    ('stable_for', 'changed', 'due'),
    (
        ('1m', 9999, 30),
        ('spec.every', 9999, 35),
        ('spec.nothing', 9999, None),
        ('1m', 3, None),
    ),
)
def test_an_old_ready_counts_when_it_was_looked_at_for_a_while(stable_for, changed, due):
    obj = frob(phase='Up', lastTransitionTime=ago(changed), spec={'every': '1m'})
    assessment = by_rule(f'{UP}\nstable_for: {stable_for}').assess(view(obj, target=FROBS))
    assert assessment.state.value == ('progressing' if due else 'ready')
    assert assessment.recheck_at == (NOW + due if due else None)
    later = by_rule(f'{UP}\nstable_for: {stable_for}').assess(view(obj, target=FROBS, now=NOW + 60))
    assert later.state.value == 'ready'


@pytest.mark.parametrize(('stall_timeout', 'at'), (('', 600), ('stall_timeout: 2h', 7200)))
def test_how_long_it_may_take(stall_timeout, at):
    play = Play(FROBS, tracker=by_rule(f'{UP}\n{stall_timeout}'))
    play.listed(0, play.root, frob(phase='Mid')).until(9999)
    assert play.outcome == ('timed-out', '', at)


def test_a_rule_reads_nothing_else():
    assert by_rule(UP).wants(view(frob(), target=FROBS)) == ()


WORDS = ', '.join('b' * 400)
PAIRS = 'ready: {some: "$.status.xs[*]", that: {some: "$.status.xs[*]", that: %s}}'


@pytest.mark.parametrize(
    'rule',
    (
        PAIRS % '{path: $.metadata.name, is: nope}',
        PAIRS % '{condition: A}',
        'ready: {each: "status.xs[*]", that: {path: $.status.big, equals: $.spec.big}}',
        'ready: {each: "status.xs[*]", that: {path: $.status.text, equals: $.spec.text}}',
        f'ready: {{each: "status.xs[*]", that: {{path: a, is: [{WORDS}]}}}}',
        f'ready: {{each: "status.xs[*]", that: {{condition: A, reasons: [{WORDS}]}}}}',
        'notices: {path: metadata.name, exists: true, message: "%s"}' % ('{status.text}' * 10_000),
    ),
)
def test_a_rule_over_the_step_limit_makes_nothing_ready(rule):
    spec = {'big': [*range(500), 'x'], 'text': 'x' * 10**6 + 'y'}
    status = {'xs': [{}] * 400, 'big': [*range(500), 'y'], 'text': 'x' * 10**6}
    assessment = by_rule(rule).assess(view(frob(READY, spec=spec, **status), target=FROBS))
    assert (assessment.state.value, assessment.reason) == ('unknown', TRACKER_ERROR)
    assert assessment.message.endswith('more than 100000 steps (rules.yaml: rule 1)')


def test_a_rule_that_looks_at_many_items_is_used():
    obj = frob(xs=[{'ok': True}] * 5_000)
    assert judge('ready: {each: "status.xs[*]", that: {path: ok, is: true}}', obj)[0] == 'ready'


@pytest.mark.parametrize(
    'obj',
    (
        {},
        {'metadata': None, 'spec': None, 'status': None},
        {'metadata': [], 'spec': 'x', 'status': 4},
        {'status': {'conditions': {'type': 'A'}, 'phase': {}, 'xs': 'y'}},
        {'status': {'conditions': [None, 'x', {}, {'type': 3}]}},
    ),
)
def test_a_rule_survives_what_is_missing_or_strange(obj):
    rule = by_rule("""
        failed: {some: "status.xs[*]", that: {path: a, atLeast: spec.b}}
        ready:
          all: [{condition: A}, {path: status.phase, is: Up}, {path: status.n, atLeast: 2}]
    """)
    assert rule.assess(view(obj, target=FROBS)).state.value in ('progressing', 'ready')
