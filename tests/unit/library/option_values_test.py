"""Each wrong option or argument of the library is accepted and right, or one clear error."""

from __future__ import annotations

import pathlib
from datetime import timedelta

import pytest

import kubectl_dog
from kubectl_dog import Options
from kubectl_dog.library import option_values
from kubectl_dog.library import rollout as rolled
from kubectl_dog.library import target_inputs
from kubectl_dog.library.option_values import check_options
from kubectl_dog.model.connection import ConnectionFlags
from tests.unit.builders import deployment
from tests.unit.library.conftest import named

READY = named(deployment())
# A wrong type for every option, and for every argument.
WRONG = object()


@pytest.mark.parametrize(
    ('given', 'field', 'value'),
    [
        ({'timeout': '5m'}, 'timeout', 300.0),
        ({'timeout': timedelta(minutes=1)}, 'timeout', 60.0),
        ({'timeout': 0}, 'timeout', None),
        ({'stall_timeout': 0}, 'stall_timeout', None),
        ({'create_timeout': None}, 'create_timeout', 1e7),
        ({'create_timeout': 5}, 'create_timeout', 5.0),
        ({'status_period': 0}, 'status_period', 1e7),
        ({'stable_for': '10s'}, 'stable_for', 10.0),
        ({'since': 0}, 'since', 0.0),
        ({'tail': None}, 'tail', None),
        ({'tail': 0}, 'tail', 0),
        ({'tolerate': 'CrashLoop=5'}, 'tolerate', ('CrashLoop=5',)),
        ({'tolerate': ['CrashLoop=5']}, 'tolerate', ('CrashLoop=5',)),
        ({'containers': 'api'}, 'containers', ('api',)),
        ({'expect_images': {'web:2': 1}.keys()}, 'expect_images', ('web:2',)),
        ({'allow_failures': 2}, 'allow_failures', '2'),
        ({'min_available': 3}, 'min_available', '3'),
        ({'revision': 7}, 'revision', '7'),
        ({'expect_generation': 4}, 'expect_generation', 4),
        ({'on_pause': 'wait'}, 'on_pause', 'wait'),
        ({'once': True}, 'once', True),
        ({'include': 'a|b'}, 'include', ('a|b',)),
        (
            {'ready_when': 'condition=A\ncondition=B'},
            'ready_when',
            'condition=A\ncondition=B',
        ),
    ],
)
def test_values_of_similar_types_are_converted(given, field, value):
    assert getattr(check_options(Options(**given)), field) == value


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        ({'on_pause': 'maybe'}, "invalid option on_pause='maybe': use stop, wait, succeed"),
        ({'fail_mode': 'maybe'}, 'use now, end, ignore'),
        ({'logs_until': 'maybe'}, 'use ready, available, end'),
        ({'timeout': 'soon'}, "invalid option timeout='soon': use seconds, or a string like '5m'"),
        ({'expect_generation': 0}, 'expect_generation=0: use 1 or more'),
        ({'timeout': -1}, 'timeout=-1: use a number of seconds of 0 or more'),
        ({'timeout': float('nan')}, 'timeout=nan: use a number'),
        ({'tolerate': 'Crashloop=5'}, 'did you mean CrashLoop'),
        ({'allow_failures': 'some'}, "invalid option allow_failures='some'"),
        ({'min_available': 'x'}, "invalid option min_available='x'"),
        ({'ready_when': 'x'}, "invalid option ready_when='x'"),
        ({'include': ['a', '(']}, r"invalid option include='\('"),
        ({'exclude': '('}, 'invalid option exclude='),
        ({'revision': 'latest'}, 'use the number of a revision'),
        ({'tail': -1}, 'invalid option tail=-1: use 0 or more'),
        ({'max_log_streams': 0}, 'use 1 or more'),
        ({'command': 'helm'}, 'command is an option of `kubectl dog run`'),
    ],
)
def test_an_invalid_value_is_an_error_that_names_the_option(given, message):
    with pytest.raises(kubectl_dog.UserError, match=message):
        check_options(Options(**given))


@pytest.mark.parametrize('field', Options._fields)
def test_a_value_of_another_type_is_an_error_for_every_option(field):
    with pytest.raises(TypeError, match=f'^{field} must be .*, not object$'):
        check_options(Options(**{field: WRONG}))


@pytest.mark.parametrize('field', Options._fields)
def test_a_boolean_is_no_number_and_no_text(field):
    if not isinstance(Options._field_defaults[field], bool):
        with pytest.raises(TypeError, match=f'^{field} must be .*, not bool'):
            check_options(Options(**{field: False}))


def test_the_defaults_are_valid():
    assert check_options(None) == check_options(Options()) == Options()
    for call in (kubectl_dog.rollout, kubectl_dog.status):
        with pytest.raises(TypeError, match=r'options must be kubectl_dog\.Options, not dict'):
            call('deploy/web', options={'timeout': 5})


@pytest.mark.parametrize(
    'call',
    [
        lambda options: kubectl_dog.rollout('deploy/web', options=options),
        lambda options: kubectl_dog.follow('deploy/web', options=options),
        lambda options: kubectl_dog.multitrack({}, options),
        lambda options: kubectl_dog.Session('deploy/web', options=options),
        lambda options: kubectl_dog.PodFeed().track('web', options=options),
        lambda options: rolled.track_pod('web', options=options),
    ],
)
def test_every_call_checks_its_options(call):
    with pytest.raises(kubectl_dog.UserError, match="on_pause='maybe'"):
        call(Options(on_pause='maybe'))


@pytest.mark.parametrize(
    ('where', 'message'),
    [
        ({'timeout': 5}, r"unknown argument 'timeout': use options=kubectl_dog.Options\(timeout=…"),
        ({'namespaces': 'x'}, "unknown argument 'namespaces': did you mean namespace?"),
        ({'zzz': 1}, "unknown argument 'zzz': use kube, namespace, selector"),
        *(
            ({field: WRONG}, f'^{field} must be .*, not object')
            for field in target_inputs.Where.__annotations__
            if field != 'kube'
        ),
        ({'files': {'a': 1}}, 'files must be strings, not dict'),
        ({'files': [1]}, 'files must be strings, not int'),
        ({'all_namespaces': 'yes'}, 'all_namespaces must be True or False, not str'),
    ],
)
def test_an_unknown_argument_or_another_type_is_an_error(where, message):
    for call in (kubectl_dog.rollout, kubectl_dog.status, kubectl_dog.Session):
        with pytest.raises(TypeError, match=message):
            call('deploy/web', **where)


@pytest.mark.parametrize('targets', [5, None, {'deploy/web': 1}, ['deploy/web', 5]])
def test_targets_of_another_type_are_an_error(targets):
    with pytest.raises(TypeError, match="like 'deploy/web', not"):
        kubectl_dog.rollout(targets)


def test_paths_may_be_texts_or_path_objects_alone_or_in_a_list(on, tmp_path):
    (tmp_path / 'a.yaml').write_text(
        '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}'
    )
    file = tmp_path / 'a.yaml'
    for files in (file, str(file), [file], (str(file),)):
        on(READY)
        assert kubectl_dog.rollout(files=files).ok


def test_none_is_an_argument_that_was_not_given(on):
    on(READY)
    none = dict.fromkeys(('kube', 'namespace', 'selector', 'files', 'kustomize', 'helm_release'))
    assert kubectl_dog.rollout('deploy/web', **none).ok


@pytest.mark.parametrize('name', ['', 'deploy/web'])
def test_an_invalid_name_is_an_error(name):
    for call in (rolled.track_deployment, kubectl_dog.DeploymentFeed().track):
        with pytest.raises(kubectl_dog.UserError, match='use the name of an object without its'):
            call(name)


def test_callbacks_must_be_functions():
    with pytest.raises(TypeError, match='on_event must be a function, not int'):
        kubectl_dog.rollout('deploy/web', on_event=5)
    with pytest.raises(TypeError, match='on_ready needs a function, not int'):
        kubectl_dog.PodFeed().on_ready(5)


def test_a_callback_can_be_assigned(on):
    on(READY)
    feed, statuses = kubectl_dog.DeploymentFeed(), []

    def stop():
        statuses.append(feed.get_status())
        raise kubectl_dog.StopTrack

    feed.on_ready = stop
    feed.track('web', 'shop')
    assert [status.is_ready for status in statuses] == [True]
    with pytest.raises(AttributeError, match="DeploymentFeed has no callback 'on_redy': use on_ad"):
        feed.on_redy = stop


@pytest.mark.parametrize('field', ConnectionFlags._fields)
def test_a_flag_of_another_type_is_an_error_for_every_flag(field):
    with pytest.raises(TypeError, match=f'^{field} must be .*, not object$'):
        kubectl_dog.connect(**{field: WRONG})
    assert option_values.check_flags({field: None}) == {field: None}


def test_flags_of_similar_types_are_converted():
    flags = {'request_timeout': '5s', 'as_group': 'x', 'kubeconfig': pathlib.Path('a')}
    converted = {'request_timeout': 5.0, 'as_group': ('x',), 'kubeconfig': 'a'}
    assert option_values.check_flags({**flags, 'verbosity': 6}) == {**converted, 'verbosity': 6}
    assert option_values.check_flags({'disable_compression': True}) == {'disable_compression': True}
    with pytest.raises(TypeError, match=r"unknown argument 'contxt': did you mean context\?"):
        kubectl_dog.connect(contxt='a')
