from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.report import junit
from kubectl_dog.output.run_record import RunRecord
from tests.unit import ci
from tests.unit import run_records
from tests.unit.run_records import API
from tests.unit.run_records import WEB
from tests.unit.run_records import cause
from tests.unit.run_records import ended
from tests.unit.run_records import failed
from tests.unit.run_records import logged
from tests.unit.run_records import record

COUNTS = ('tests', 'failures', 'errors', 'skipped', 'time', 'timestamp')
# Element: its attributes, and its children with the most of each.
DIALECT = {
    'testsuites': ({'name', *COUNTS}, {'testsuite': 1}),
    'testsuite': ({'name', 'hostname', *COUNTS}, {'testcase': 10_000}),
    'testcase': (
        {'classname', 'name', 'time'},
        {'failure': 1, 'error': 1, 'skipped': 1, 'system-out': 1},
    ),
    'failure': ({'message', 'type'}, {}),
    'error': ({'message', 'type'}, {}),
    'skipped': ({'message', 'type'}, {}),
    'system-out': (set(), {}),
}
RESULTS = ('failure', 'error', 'skipped')


def assert_dialect(text):
    """Check a report against the dialect that GitLab, Jenkins and Azure read."""
    root = ET.fromstring(text.encode())
    assert root.tag == 'testsuites'
    for element in root.iter():
        attributes, children = DIALECT[element.tag]
        assert set(element.attrib) == attributes
        tags = [child.tag for child in element]
        assert all(tags.count(tag) <= children[tag] for tag in tags)
    cases = list(root.iter('testcase'))
    keys = [(case.get('classname'), case.get('name')) for case in cases]
    assert all(map(all, keys))
    assert len(set(keys)) == len(keys)
    for case in cases:
        tags = [child.tag for child in case]
        assert sum(tag in RESULTS for tag in tags) == bool(tags)
        assert tags.index('system-out') == len(tags) - 1 if 'system-out' in tags else True
    counts = {tag: len(list(root.iter(tag))) for tag in (*RESULTS, 'testcase')}
    for element in (root, root[0]):
        shown = [int(element.get(name)) for name in ('tests', 'failures', 'errors', 'skipped')]
        assert shown == [counts[tag] for tag in ('testcase', *RESULTS)]
        assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d', element.get('timestamp'))
        float(element.get('time'))
    return cases


@pytest.mark.parametrize(
    ('verdict', 'result'),
    (
        (Verdict.READY, None),
        (Verdict.ENDED, None),
        (Verdict.FAILED, 'failure'),
        (Verdict.DELETED, 'failure'),
        (Verdict.NEVER_APPEARED, 'failure'),
        (Verdict.SUPERSEDED, 'failure'),
        (Verdict.TIMED_OUT, 'error'),
        (Verdict.NO_ACCESS, 'error'),
        (Verdict.UNKNOWN, 'error'),
        (Verdict.INTERRUPTED, 'error'),
        (Verdict.TERMINATED, 'error'),
        (Verdict.PAUSED, 'skipped'),
        (Verdict.PROGRESSING, 'skipped'),
    ),
)
def test_result_of_a_verdict(verdict, result):
    (case,) = assert_dialect(junit.create_report(record(ended(verdict=verdict))))
    assert [child.tag for child in case] == [result] * (result is not None)


def test_a_target_that_was_failing_when_the_run_ended_is_a_failure():
    run = record(ended(verdict=Verdict.PROGRESSING, explained=cause()), code=1)
    (case,) = assert_dialect(junit.create_report(run))
    message = 'deploy/web was failing when the run ended: CrashLoop (BackOff)'
    assert (case[0].tag, case[0].get('message')) == ('failure', message)


@pytest.mark.parametrize(
    ('verdict', 'result'),
    (
        (Verdict.TIMED_OUT, 'failure'),
        (Verdict.INTERRUPTED, 'error'),
        (Verdict.TERMINATED, 'error'),
        (Verdict.PAUSED, 'skipped'),
    ),
)
def test_result_of_a_verdict_with_a_cause(verdict, result):
    run = record(ended(verdict=verdict, explained=cause()))
    (case,) = assert_dialect(junit.create_report(run))
    assert case[0].tag == result


@pytest.mark.parametrize(
    ('batch', 'code', 'message'),
    (
        ((), 3, 'the run: timed out (exit code 3)'),
        ((ended(verdict=Verdict.READY),), 3, 'the run: timed out (exit code 3)'),
        ((ended(verdict=Verdict.PROGRESSING),), 70, 'the run: unknown (exit code 70)'),
        ((ended(verdict=Verdict.READY),), 130, 'the run: interrupted (exit code 130)'),
    ),
)
def test_an_exit_code_that_no_target_shows_is_an_error_of_the_run(batch, code, message):
    *cases, case = assert_dialect(junit.create_report(record(*batch, code=code)))
    assert len(cases) == len(batch)
    assert [child.tag for child in case] == ['error']
    assert (case.get('classname'), case.get('name')) == ('kubectl dog', 'run')
    assert case[0].get('message') == message


def test_a_group_that_has_no_targets_is_named():
    group = Group(WEB.resource, 'shop', 'app=web')
    run = RunRecord(1e9)
    run.add([RunEnded(10.0, 4, ((group, Verdict.NEVER_APPEARED),))])
    (case,) = assert_dialect(junit.create_report(run))
    assert case[0].get('message') == 'deploy -l app=web: never appeared (exit code 4)'


@pytest.mark.parametrize(('verdict', 'code'), ((Verdict.READY, 0), (Verdict.PAUSED, 6)))
def test_other_runs_have_no_case_of_the_run(verdict, code):
    assert len(assert_dialect(junit.create_report(record(ended(verdict=verdict), code=code)))) == 1


def test_a_failure_has_its_cause_its_text_as_content_and_the_log():
    text = junit.create_report(failed(logged('FATAL: a < b & "c"'), facts=('it crashed',)))
    (case,) = assert_dialect(text)
    assert (case.get('classname'), case.get('name')) == ('shop.Deployment', 'web')
    failure, log = case
    assert failure.get('type') == 'CrashLoop'
    assert failure.get('message') == 'deploy/web failed after 9s: CrashLoop (BackOff)'
    assert failure.text.startswith(failure.get('message') + '\n  WHY   it crashed')
    assert log.text == '…-7hgfw web │ FATAL: a < b & "c"'


def test_targets_of_the_same_name_and_kind_are_different_cases():
    other = Target(Resource('acme.io', 'v1', 'deployments', 'Deployment', 'd'), 'shop', 'web')
    node = Target(Resource('', 'v1', 'nodes', 'Node', 'node', namespaced=False), '', 'n1')
    cases = assert_dialect(junit.create_report(record(*map(ended, (WEB, API, other, node)))))
    assert [case.get('classname') for case in cases] == [
        'shop.Deployment',
        'shop.Deployment',
        'shop.Deployment.acme.io',
        'Node',
    ]


def test_long_logs_are_cut_at_their_beginning():
    chunks = [logged(*[f'{number} {"x" * 900}' for number in range(200)])]
    (case,) = assert_dialect(junit.create_report(failed(*chunks)))
    assert len(case[1].text) <= junit.MAX_OUTPUT
    assert '│ 199 ' in case[1].text


@ci.SETTINGS
@given(ci.TEXT, st.booleans())
def test_no_text_of_the_cluster_breaks_the_report_or_is_obeyed(text, waits):
    report = junit.create_report(run_records.hostile(text + '\ufffe\uffff]]>', waits))
    assert_dialect(report)
    assert ci.obeyed(report) == []
    assert ci.controls(report) == []


@pytest.mark.parametrize('name', ('good', 'crash-loop', 'twelve-services'))
def test_reports_of_real_runs(name):
    run = run_records.demo(name)
    assert len(assert_dialect(junit.create_report(run))) == len(run.targets)
