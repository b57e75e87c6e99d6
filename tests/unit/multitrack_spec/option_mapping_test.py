"""Options of the fields of a spec, as docs/multitrack.md describes them."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.tolerances import parse_tolerance as tolerance
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.options import FAIL_MODES
from kubectl_dog.model.options import LOGS_UNTIL
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import well_known
from kubectl_dog.multitrack_spec.spec_targets import parse
from kubectl_dog.multitrack_spec.spec_targets import targets


def options(call=Options(), **fields):
    spec = {'Deployments': [{'ResourceName': 'web', 'Namespace': 'shop', **fields}]}
    [own] = targets(parse(spec), '', well_known, call).values()
    return own


def generic(call=Options(), **fields):
    identity = {'Kind': 'Deployment', 'Group': 'apps'}
    spec = {'Generics': [{'Name': 'web', 'GroupVersionKind': identity, **fields}]}
    [own] = targets(parse(spec), 'shop', well_known, call).values()
    return own


def allowed(**fields):
    return dict(map(tolerance, options(**fields).tolerate))


SECOND, TENTH = Tolerance(terminations=2), Tolerance(terminations=10)


@pytest.mark.parametrize(
    ('fields', 'became'),
    (
        ({}, {'fail_mode': 'now'}),
        ({'FailMode': ''}, {'fail_mode': 'now'}),
        ({'FailMode': 'FailWholeDeployProcessImmediately'}, {'fail_mode': 'now'}),
        ({'FailMode': 'HopeUntilEndOfDeployProcess'}, {'fail_mode': 'end'}),
        ({'FailMode': 'IgnoreAndContinueDeployProcess'}, {'fail_mode': 'ignore'}),
        ({'TrackTerminationMode': ''}, {}),
        ({'TrackTerminationMode': 'WaitUntilResourceReady'}, {}),
        ({'TrackTerminationMode': 'NonBlocking'}, {'blocking': False}),
        ({'ShowServiceMessages': True}, {}),
        ({'ShowServiceMessages': False}, {'show_events': False}),
        ({'HideEvents': True}, {'show_events': False}),
        ({'HideEvents': False}, {}),
        ({'SkipEvents': True}, {'show_events': False}),
        ({'HideEvents': True, 'ShowServiceMessages': True}, {'show_events': False}),
        ({'SkipLogs': True}, {'logs': False}),
        ({'SkipLogs': False}, {}),
        ({'SkipLogsForContainers': ['a', 'b']}, {'skip_containers': ('a', 'b')}),
        ({'ShowLogsOnlyForContainers': ['a', 'b']}, {'containers': ('a', 'b')}),
        ({'LogRegex': 'ERROR'}, {'include': ('ERROR',)}),
        ({'LogRegex': 'level=error'}, {'include': (r'level\x3derror',)}),
        ({'LogRegex': ''}, {}),
        ({'LogWatchRegex': 'ERROR'}, {'include': ('ERROR',)}),
        ({'LogRegexByContainerName': {'a': 'x=y', 'b': ''}}, {'include': ('a=x=y',)}),
        ({'LogWatchRegexByContainerName': {'a': 'x'}}, {'include': ('a=x',)}),
        ({'LogRegex': 'E', 'LogRegexByContainerName': {'a': 'x'}}, {'include': ('E', 'a=x')}),
        ({'ShowLogsUntil': ''}, {}),
        ({'ShowLogsUntil': 'PodIsReady'}, {'logs_until': 'ready'}),
        ({'ShowLogsUntil': 'ControllerIsReady'}, {'logs_until': 'available'}),
        ({'ShowLogsUntil': 'EndOfDeploy'}, {'logs_until': 'end'}),
        ({'FailureThresholdSeconds': 0}, {}),
        ({'AllowFailuresCount': None}, {}),
    ),
)
def test_a_field_becomes_an_option(fields, became):
    assert options(**fields) == Options(**{'fail_mode': 'now', **became})


@pytest.mark.parametrize(
    ('fields', 'became'),
    (
        ({}, {}),
        ({'Timeout': 0}, {}),
        ({'Timeout': 90_000_000_000}, {'timeout': 90.0}),
        ({'Timeout': '1m30s'}, {'timeout': 90.0}),
        ({'NoActivityTimeout': 0}, {}),
        ({'NoActivityTimeout': '4m'}, {'stall_timeout': 240.0}),
        ({'HideEvents': True}, {'show_events': False}),
        ({'StatusProgressPeriod': '5s'}, {}),
        ({'FailMode': 'IgnoreAndContinueDeployProcess'}, {'fail_mode': 'ignore'}),
        ({'TrackTerminationMode': 'NonBlocking'}, {'blocking': False}),
    ),
)
def test_a_field_of_a_generic_becomes_an_option(fields, became):
    assert generic(**fields) == Options(**{'fail_mode': 'now', **became})


def test_a_word_of_the_spec_is_one_that_the_engine_knows():
    modes = ('FailWhole', 'HopeUntilEndOf', 'IgnoreAndContinue')
    ends = ('DeployProcessImmediately', 'DeployProcess', 'DeployProcess')
    fail_modes = [options(FailMode=a + b).fail_mode for a, b in zip(modes, ends)]
    assert tuple(fail_modes) == FAIL_MODES
    ends = ('PodIsReady', 'ControllerIsReady', 'EndOfDeploy')
    assert tuple(options(ShowLogsUntil=end).logs_until for end in ends) == LOGS_UNTIL


@pytest.mark.parametrize(
    ('count', 'crash', 'image'),
    (
        (0, Tolerance(terminations=1), Tolerance(seconds=0, terminations=1)),
        (1, SECOND, None),
        (9, TENTH, None),
        (9998, Tolerance(terminations=9999), None),
        (9999, Tolerance(), None),
        (10**30, Tolerance(), None),
    ),
)
def test_so_many_failures_are_allowed_and_the_next_one_fails(count, crash, image):
    tolerances = allowed(AllowFailuresCount=count)
    counted = ('CrashLoop', 'OOMKilled', 'CommandNotFound', 'LivenessProbeFailed')
    assert {tolerances[code] for code in counted} == {crash}
    at_once = ('ImageNotFound', 'QuotaExceeded', 'ConditionFailed')
    assert {tolerances.get(code) for code in at_once} == {image}
    assert not tolerances.keys() & {'Evicted', 'Unschedulable', 'BackoffLimitExceeded', 'NotReady'}


def test_a_threshold_is_how_long_a_problem_may_stand():
    tolerances = allowed(FailureThresholdSeconds=90)
    timed = {code.name for code in CODES.values() if code.tolerance.seconds is not None}
    counted = {code.name for code in CODES.values() if code.family in ('container start', 'probes')}
    jobs = {code.name for code in CODES.values() if code.family == 'job'}
    explains = {code.name for code in CODES.values() if code.tolerance.is_informational}
    assert set(tolerances) == (timed | counted) - jobs - explains
    assert set(tolerances.values()) == {Tolerance(seconds=90)}


def test_count_applies_to_counted_codes_and_time_to_others():
    tolerances = allowed(AllowFailuresCount=1, FailureThresholdSeconds=90)
    assert tolerances['CrashLoop'] == SECOND
    assert tolerances['ImageNotFound'] == tolerances['Unschedulable'] == Tolerance(seconds=90)
    tolerances = allowed(AllowFailuresCount=0, FailureThresholdSeconds=90)
    assert tolerances['ImageNotFound'] == Tolerance(seconds=90)


def test_a_readiness_probe_may_fail_for_so_long_in_one_container():
    tolerances = allowed(
        IgnoreReadinessProbeFailsByContainerName={'web': 20_000_000_000, 'b': '1m'}
    )
    assert tolerances == {
        'NotReady/web': Tolerance(seconds=20),
        'NotReady/b': Tolerance(seconds=60),
    }
    assert options(IgnoreReadinessProbeFailsByContainerName={'a': '24h'}).tolerate == (
        'NotReady/a=86400.000s',
    )


CALL = Options(
    timeout=60.0,
    stall_timeout=30.0,
    tolerate=('CrashLoop=5',),
    tail=7,
    logs=False,
    skip_containers=('mesh',),
    containers=('main',),
    include=('x',),
    show_events=False,
)


def test_options_of_the_call_are_the_defaults():
    assert options(CALL) == generic(CALL) == CALL._replace(fail_mode='now')


@pytest.mark.parametrize(('own', 'timeout'), (('30s', 30.0), ('90s', 60.0), (0, 60.0)))
def test_a_timeout_of_the_call_ends_every_target(own, timeout):
    assert generic(CALL, Timeout=own).timeout == timeout


def test_spec_overrides_the_call_except_tolerances():
    own = options(
        CALL,
        AllowFailuresCount=1,
        SkipLogsForContainers=['a'],
        ShowLogsOnlyForContainers=['b'],
        LogRegex='y',
        ShowServiceMessages=True,
    )
    assert dict(map(tolerance, own.tolerate))['CrashLoop'] == Tolerance(terminations=5)
    assert dict(map(tolerance, own.tolerate))['OOMKilled'] == SECOND
    assert own.skip_containers == ('mesh', 'a')
    assert (own.containers, own.include, own.show_events) == (('b',), ('y',), True)
