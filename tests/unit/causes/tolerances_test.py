from __future__ import annotations

import re

import pytest

from kubectl_dog.causes.tolerances import ALWAYS
from kubectl_dog.causes.tolerances import PodShare
from kubectl_dog.causes.tolerances import Source
from kubectl_dog.causes.tolerances import ToleranceTable
from kubectl_dog.causes.tolerances import check_codes
from kubectl_dog.causes.tolerances import merge_tolerances
from kubectl_dog.causes.tolerances import parse_pod_share
from kubectl_dog.causes.tolerances import parse_tolerance
from kubectl_dog.causes.tolerances import source_of
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.errors import UserError

CRASH = Cause('CrashLoop', '', 'main', '', pods=('a',))
IMAGE = Cause('ImageNotFound', '', 'main', '', pods=('b',))
QUOTA = Cause('QuotaExceeded', '', 'tiny', '')


@pytest.mark.parametrize(
    ('text', 'code', 'tolerance'),
    (
        ('CrashLoop=5', 'CrashLoop', Tolerance(terminations=5)),
        ('CrashLoop=1', 'CrashLoop', Tolerance(terminations=1)),
        ('CrashLoop=90s', 'CrashLoop', Tolerance(seconds=90)),
        ('CrashLoop=1h30m', 'CrashLoop', Tolerance(seconds=5400)),
        (' ImageNotFound = 2m ', 'ImageNotFound', Tolerance(seconds=120)),
        ('NotReady=2m', 'NotReady', Tolerance(seconds=120)),
        ('Unschedulable=always', 'Unschedulable', Tolerance()),
        ('Unschedulable=never', 'Unschedulable', Tolerance(seconds=0, terminations=1)),
        ('ImageNotFound=0s', 'ImageNotFound', Tolerance(seconds=0)),
        ('NotReady/main=5s', 'NotReady/main', Tolerance(seconds=5)),
        ('ConfigMapMissing/configmap/a = 5m', 'ConfigMapMissing/configmap/a', Tolerance(300)),
    ),
)
def test_parses_tolerances(text, code, tolerance):
    assert parse_tolerance(text) == (code, tolerance)


@pytest.mark.parametrize(
    ('text', 'message'),
    (
        ('Crashloop=5', "no cause has the code 'Crashloop': did you mean CrashLoop?"),
        ('zzz=5', "no cause has the code 'zzz'"),
        ('CrashLoop', 'has no value: use CrashLoop=5m'),
        ('CrashLoop=', 'has no value'),
        ('CrashLoop=0', 'use CrashLoop=never'),
        ('CrashLoop=soon', "'soon' is not a duration"),
        ('crash/main=5', "no cause has the code 'crash'"),
        ('CrashLoop/main=0', 'use CrashLoop/main=never'),
        ('ImageNotFound=5', 'ImageNotFound has no count: use ImageNotFound=5s'),
    ),
)
def test_refuses_invalid_tolerances(text, message):
    with pytest.raises(UserError, match=re.escape(message)):
        parse_tolerance(text)


def test_accepts_codes_of_known_trackers():
    expected = ('LampBroken/hall', Tolerance(seconds=300))
    assert parse_tolerance('LampBroken/hall=5m', ('LampBroken',)) == expected
    assert parse_tolerance('LampBroken/hall=5m') == expected
    with pytest.raises(UserError, match='LampBroken has no count'):
        parse_tolerance('LampBroken=5', ('LampBroken',))
    assert check_codes(['LampBroken=5m', 'CrashLoop=5'], ('LampBroken',)) is None
    with pytest.raises(UserError, match="no cause has the code 'LampBroken'"):
        check_codes(['CrashLoop=5', 'LampBroken=5m'], ('BulbBroken',))


def test_checks_codes_once_they_are_known():
    text = 'LampBrocken=5'
    assert parse_tolerance(text) == ('LampBrocken', Tolerance(terminations=5))
    with pytest.raises(UserError, match="code 'LampBrocken': did you mean LampBroken"):
        check_codes([text], ('LampBroken',))


def test_codes_of_trackers_may_share_words_with_the_catalogue():
    for code in ('IssuerMissing', 'SourceNotReady', 'TargetMissing', 'OrderFailed'):
        assert parse_tolerance(f'{code}=5m')[0] == code


@pytest.mark.parametrize('text', ('Crashloop=5', 'zzz=5', 'Lamp broken=5m', 'NotRead=always'))
def test_refuses_misspelt_codes(text):
    with pytest.raises(UserError, match='no cause has the code'):
        parse_tolerance(text)


@pytest.mark.parametrize(
    ('text', 'pods', 'failing'),
    (('', 10, 0), ('2', 10, 2), ('20%', 10, 2), ('20%', 4, 0), ('50%', 3, 1), ('100%', 3, 3)),
)
def test_parses_pod_shares(text, pods, failing):
    assert parse_pod_share(text).of(pods) == failing


@pytest.mark.parametrize('text', ['two', '-1', '2.5', '101%', '%', '1 2'])
def test_refuses_invalid_pod_shares(text):
    with pytest.raises(UserError, match='is not a number of pods'):
        parse_pod_share(text)


def test_a_share_is_a_number_unless_it_is_a_percentage():
    assert parse_pod_share('7') == PodShare(7)


def cause(code, subject='it', **fields):
    return Cause(code, '', subject, '', **fields)


@pytest.mark.parametrize(
    ('code', 'fields', 'allowed'),
    (
        ('Unschedulable', {}, (30, None)),
        ('Unschedulable', {'tolerance_seconds': 600.0}, (600, None)),
        ('Unschedulable', {'affects_some_pods': True}, (30, None)),
        ('CrashLoop', {}, (None, 3)),
        ('CrashLoop', {'affects_some_pods': True}, (None, 5)),
        ('CrashLoop', {'tolerance_seconds': 30.0}, (30, 3)),
        ('CrashLoop', {'may_await_other_target': True}, (None, 5)),
        ('Evicted', {'tolerance_terminations': 2, 'affects_some_pods': True}, (None, 2)),
        ('CrashLoop', {'may_await_other_target': True, 'affects_some_pods': True}, (None, 5)),
        ('LivenessProbeFailed', {'may_await_other_target': True}, (None, 3)),
        ('NodeNotReady', {'may_await_other_target': True}, (360, None)),
        ('CrashLoop', {'tolerance_seconds': 30.0, 'affects_some_pods': True}, (90, 5)),
        ('CrashLoop', {'tolerance_seconds': 30.0, 'may_await_other_target': True}, (30, 5)),
        ('CrashLoop', {'informational': True}, (None, None)),
        ('LivenessProbeFailed', {'affects_some_pods': True}, (None, 5)),
        ('NodeNotReady', {'affects_some_pods': True}, (1080, None)),
        ('ConfigMapMissing', {'recovering': True}, (40, None)),
        ('CrashLoop', {'recovering': True}, (None, 3)),
        ('Evicted', {}, (None, 3)),
        ('TerminatingPods', {}, (None, None)),
        ('NotReady', {'affects_some_pods': True}, (None, None)),
    ),
)
def test_default_tolerance_of_a_cause(code, fields, allowed):
    assert tolerance_of(cause(code, **fields))[:2] == allowed


def test_an_unknown_code_has_the_tolerance_of_a_condition():
    assert tolerance_of(cause('LampBroken')) == Tolerance(30)
    assert tolerance_of(cause('LampBroken', tolerance_seconds=5.0)) == Tolerance(5)


@pytest.mark.parametrize(
    ('code', 'fields', 'source'),
    (
        ('CrashLoop', {}, Source.DEFAULT),
        ('CrashLoop', {'affects_some_pods': True}, Source.OTHER_PODS),
        ('CrashLoop', {'may_await_other_target': True}, Source.OTHER_TARGET),
        ('CrashLoop', {'affects_some_pods': True, 'tolerance_override': ALWAYS}, Source.USER),
        # Other pods prove nothing about an image, and an image does not wait for a database.
        ('ImageNotFound', {'affects_some_pods': True}, Source.DEFAULT),
        ('ImageNotFound', {'may_await_other_target': True}, Source.DEFAULT),
    ),
)
def test_source_of_a_tolerance(code, fields, source):
    assert source_of(cause(code, **fields)) is source


def test_the_tolerance_of_the_user_replaces_all_others():
    tolerances = {'CrashLoop': Tolerance(seconds=90)}
    odd = CRASH._replace(affects_some_pods=True, tolerance_seconds=30.0, informational=True)
    crash, image = ToleranceTable(tolerances).override((odd, IMAGE), 2)
    assert tolerance_of(crash) == Tolerance(seconds=90)
    assert tolerance_of(image) == tolerance_of(IMAGE)


def test_a_tolerance_for_a_container_takes_precedence():
    tolerances = {
        'CrashLoop': Tolerance(terminations=5),
        'CrashLoop/main': ALWAYS,
        'ImageNotFound/x': ALWAYS,
    }
    causes = (CRASH, CRASH._replace(subject='other'), IMAGE)
    main, other, image = ToleranceTable(tolerances).override(causes, 2)
    assert [cause.tolerance_override for cause in (main, other, image)] == [
        ALWAYS,
        Tolerance(terminations=5),
        None,
    ]


@pytest.mark.parametrize(
    ('causes', 'pods', 'excused'),
    (
        ((CRASH, QUOTA), 1, {'CrashLoop'}),
        ((CRASH, IMAGE), 1, set()),
        ((CRASH, IMAGE), 2, {'CrashLoop', 'ImageNotFound'}),
        ((CRASH, IMAGE._replace(pods=('a',))), 1, {'CrashLoop', 'ImageNotFound'}),
        # A pod with informational causes only does not count as failing.
        ((CRASH, IMAGE._replace(informational=True)), 1, {'CrashLoop'}),
        ((CRASH,), 0, set()),
        ((QUOTA,), 5, set()),
        ((), 5, set()),
    ),
)
def test_excuses_only_the_allowed_number_of_pods(causes, pods, excused):
    after = merge_tolerances((), str(pods)).override(causes, 10)
    assert {cause.code for cause in after if cause.tolerance_override == ALWAYS} == excused


@pytest.mark.parametrize(
    ('text', 'seconds'), (('CrashLoop=2', 30), ('CrashLoop=6', 60), ('CrashLoop=never', 0))
)
def test_time_counts_beside_terminations_in_a_long_back_off(text, seconds):
    [cause] = merge_tolerances([text]).override([CRASH._replace(tolerance_seconds=30.0)], 1)
    assert cause.tolerance_override.seconds == seconds


def test_only_terminations_count_without_a_back_off():
    [cause] = merge_tolerances(['CrashLoop=2']).override([CRASH], 1)
    assert cause.tolerance_override == Tolerance(terminations=2)


def test_later_texts_override_earlier_ones():
    table = merge_tolerances(['CrashLoop=2', 'CrashLoop=5'], '20%')
    assert table == ToleranceTable({'CrashLoop': Tolerance(terminations=5)}, PodShare(20, True))
