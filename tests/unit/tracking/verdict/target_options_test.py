from __future__ import annotations

import pytest

from kubectl_dog.causes.tolerances import PodShare
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.tracking.verdict import target_options


def annotated(**annotations):
    annotations = {
        f'kubectl-dog.github.io/{key.replace("_", "-")}': annotations[key] for key in annotations
    }
    return {'metadata': {'annotations': {'app.example.com/timeout': '1s', **annotations}}}


@pytest.mark.parametrize(
    ('annotations', 'options'),
    (
        ({}, {}),
        ({'timeout': '5m'}, {'timeout': 300.0}),
        ({'stall_timeout': '5m'}, {'stall_timeout': 300.0}),
        ({'stable_for': '20s'}, {'stable_for': 20.0}),
        ({'stable_for': 'auto'}, {}),
        ({'on_pause': 'succeed'}, {'on_pause': 'succeed'}),
        ({'allow_failures': '20%'}, {'allow_failures': '20%'}),
        ({'min_available': '80%'}, {'min_available': '80%'}),
        ({'strict_nodes': 'true'}, {'strict_nodes': True}),
        ({'strict_nodes': 'false'}, {}),
        ({'skip_logs': 'true'}, {'logs': False}),
        ({'skip_logs': 'false'}, {}),
        ({'containers': 'main, proxy'}, {'containers': ('main', 'proxy')}),
        ({'skip_containers': 'proxy'}, {'skip_containers': ('proxy',)}),
        ({'include': 'a,b\nmain=x+'}, {'include': ('a,b', 'main=x+')}),
        ({'exclude': 'debug'}, {'exclude': ('debug',)}),
        ({'logs_until': 'end'}, {'logs_until': 'end'}),
        ({'wait_for_termination': 'true'}, {'wait_for_termination': True}),
    ),
)
def test_annotations_say_what_flags_say(annotations, options):
    result = target_options.read_target_options(Options(), annotated(**annotations))
    assert result.options == Options(**options)
    assert result.notices == ()


def test_flags_win_over_annotations():
    result = annotated(timeout='5m', on_pause='wait', tolerate='CrashLoop=9,ImageNotFound=1m')
    options = Options(timeout=10.0, tolerate=('CrashLoop=2',))
    result = target_options.read_target_options(options, result)
    assert result.options == options._replace(on_pause='wait')
    assert result.tolerances.by_scope == {
        'CrashLoop': Tolerance(terminations=2),
        'ImageNotFound': Tolerance(seconds=60),
    }


def test_a_share_of_pods_is_read():
    assert target_options.read_target_options(
        Options(allow_failures='10%'), {}
    ).tolerances.allowed_failures == PodShare(10, True)


@pytest.mark.parametrize(
    ('annotations', 'expected'),
    (
        ({'timeout': 'soon'}, "timeout, which is ignored: 'soon' is not a duration"),
        ({'tolerate': 'Crash=1'}, "tolerate, which is ignored: no cause has the code 'Crash'"),
        ({'allow_failures': 'x'}, "'x' is not a number of pods"),
        ({'min_available': 'x'}, "invalid value 'x': use 3, 80%"),
        ({'on_pause': 'cry'}, "invalid value 'cry': use stop, wait, succeed"),
        ({'logs_until': 'never'}, "invalid value 'never': use ready, available, end"),
        ({'include': '('}, "'(' is not a regular expression"),
        ({'exclude': r'(a)\1'}, 'cannot be matched in bounded time'),
        ({'strict_nodes': 'yes'}, "invalid value 'yes': use true or false"),
        ({'tolerat': 'x'}, 'unknown name: use tolerate, allow-failures'),
    ),
)
def test_an_annotation_that_cannot_be_read_is_told_and_left_out(annotations, expected):
    result = target_options.read_target_options(Options(), annotated(**annotations))
    assert result.options == Options()
    (notice,) = result.notices
    assert expected in notice


def test_an_option_that_cannot_be_read_is_an_error():
    with pytest.raises(UserError, match='no cause'):
        target_options.read_target_options(Options(tolerate=('CrashLop=1',)), {})


def test_a_default_that_was_said_is_kept():
    result = annotated(strict_nodes='true', stable_for='20s', timeout='5m')
    options = Options(explicit=('strict_nodes', 'stable_for'))
    assert target_options.read_target_options(options, result).options == options._replace(
        timeout=300.0
    )


def test_an_annotation_may_tolerate_what_its_tracker_has_a_code_for():
    target = annotated(tolerate='LampBroken=5m')
    assert target_options.read_target_options(
        Options(), target, ('LampBroken',)
    ).tolerances.by_scope == {'LampBroken': Tolerance(seconds=300)}
    (notice,) = target_options.read_target_options(Options(), target).notices
    assert "no cause has the code 'LampBroken'" in notice


def test_every_annotation_is_of_an_option():
    fields = [field for field, _ in target_options.ANNOTATIONS.values()]
    assert len(set(fields)) == len(fields)
    assert set(fields) < set(Options._fields)
