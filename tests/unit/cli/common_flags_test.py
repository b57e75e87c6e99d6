from __future__ import annotations

import pytest

from kubectl_dog.cli import foreground
from kubectl_dog.cli import main as program
from kubectl_dog.model.options import Options


@pytest.fixture
def tracked(monkeypatch):
    """What a command line would track: (words, options)."""

    def parse(*argv):
        calls = []
        monkeypatch.setattr(
            foreground, 'track_targets', lambda *given: calls.append(given[:2]) or 0
        )
        assert program.main(argv) == 0
        return calls[0]

    return parse


def test_what_is_told_are_fields_of_options(tracked):
    switches = ('--strict-nodes=false', '--wait-for-termination=false', '--stable-for', 'auto')
    explicit = tracked('rollout', 'deploy/web', *switches)[1].explicit
    assert len(explicit) == 3 and set(explicit) < set(Options._fields)


@pytest.mark.parametrize(
    ('argv', 'options'),
    (
        (['rollout', 'deploy/web'], Options()),
        (['rollout', 'deploy/web', '--timeout', '5m'], Options(timeout=300)),
        (['rollout', 'deploy/web', '--timeout', '0'], Options()),
        (['rollout', 'deploy/web', '--timeout=0s'], Options()),
        (['rollout', 'deploy/web', '--no-activity-timeout', '9s'], Options(stall_timeout=9)),
        (['rollout', 'deploy/web', '--create-timeout', '3s'], Options(create_timeout=3)),
        (['rollout', 'deploy/web', '--stable-for', '1m'], Options(stable_for=60)),
        (['rollout', 'deploy/web', '--stable-for', 'auto'], Options(explicit=('stable_for',))),
        (['rollout', 'deploy/web', '--strict-nodes=false'], Options(explicit=('strict_nodes',))),
        (
            ['rollout', 'deploy/web', '--since', '1h', '--tail', '-1'],
            Options(since=3600, tail=None),
        ),
        (['rollout', 'deploy/web', '--logs-since', 'now'], Options(since=0.0)),
        (['rollout', 'deploy/web', '--logs-since', 'all'], Options()),
        (['rollout', 'deploy/web', '-t', '5'], Options(timeout=5)),
        (['rollout', 'deploy/web', '--status-progress-period', '5'], Options(status_period=5)),
        (['rollout', 'deploy/web', '--status-progress-period=-1'], Options(status_period=1e7)),
        (['rollout', 'deploy/web', '--watch=false'], Options(once=True)),
        (['rollout', 'deploy/web', '-w'], Options()),
        (['rollout', 'deploy/web', '-w=false'], Options(once=True)),
        (['follow', 'deploy/web', '--tail', '5'], Options(follow=True, tail=5)),
        (
            ['rollout', 'deploy/web', '--tolerate', 'CrashLoop=5', '--tolerate', 'NotReady=1m'],
            Options(tolerate=('CrashLoop=5', 'NotReady=1m')),
        ),
        (['rollout', 'deploy/web', '--allow-failures', '20%'], Options(allow_failures='20%')),
        (['rollout', 'deploy/web', '--on-pause', 'wait'], Options(on_pause='wait')),
        (['rollout', 'deploy/web', '--min-available', '80%'], Options(min_available='80%')),
        (
            ['rollout', 'deploy/web', '--ready-when', 'condition=Ready'],
            Options(ready_when='condition=Ready'),
        ),
        (['rollout', 'deploy/web', '--revision', '07'], Options(revision='7')),
        (['rollout', 'deploy/web', '--revision', '0'], Options()),
        (
            ['rollout', 'deploy/web', '--expect-image', 'web:2', '--expect-image', 'side:1'],
            Options(expect_images=('web:2', 'side:1')),
        ),
        (['rollout', 'deploy/web', '--expect-generation', '4'], Options(expect_generation=4)),
        (['rollout', 'deploy/web', '--strict-nodes'], Options(strict_nodes=True)),
        (['rollout', 'deploy/web', '--require-status'], Options(require_status=True)),
        (
            ['rollout', 'deploy/web', '--ignore-foreign-annotations'],
            Options(ignore_foreign_annotations=True),
        ),
        (
            ['rollout', 'deploy/web', '--wait-for-termination'],
            Options(wait_for_termination=True),
        ),
    ),
)
def test_options(tracked, argv, options):
    words, given = tracked(*argv)
    assert (words, given._replace(needs_namespace=False)) == (['deploy/web'], options)


@pytest.mark.parametrize(
    ('argv', 'is_needed'),
    (
        (['rollout', 'deploy/web'], True),
        (['rollout', 'deploy', '-l', 'a=b'], True),
        (['rollout', 'deploy/web', '--create-timeout', '30s'], False),
        (['rollout', '-f', 'web.yaml'], False),
        (['follow', 'deploy/web'], False),
    ),
)
def test_a_missing_namespace_is_waited_for_only_if_it_may_be_created(tracked, argv, is_needed):
    assert tracked(*argv)[1].needs_namespace is is_needed


@pytest.mark.parametrize(
    ('argv', 'words'),
    (
        (['rollout', 'status', 'deploy/web'], ['deploy/web']),
        (['rollout', 'status', 'deploy', 'web', '-w'], ['deploy', 'web']),
        (['rollout', 'track', 'deployment', 'web'], ['deployment', 'web']),
        (['rollout', 'status'], ['status']),
        (['rollout', 'status', '-w', 'deploy/web'], ['deploy/web']),
        (['rollout', '--watch', 'deploy/web'], ['deploy/web']),
        (['rollout', 'deploy', '-n', 'shop', 'web'], ['deploy', 'web']),
        (['follow', 'deployment', 'web'], ['deployment', 'web']),
    ),
)
def test_habits_of_kubectl_and_kubedog_work(tracked, argv, words):
    assert tracked(*argv)[0] == words


@pytest.mark.parametrize(
    ('words', 'message'),
    (
        (['--tolerate', 'Crashloop=5'], 'did you mean CrashLoop?'),
        (['--tolerate', 'CrashLoop'], 'use CrashLoop=5 (terminations), CrashLoop=5m'),
        (['--tolerate', 'CrashLoop=foo'], '"CrashLoop=foo": use CrashLoop=5 (terminations)'),
        (['--tolerate', 'NotReady=5'], 'NotReady=5s'),
        (['--tolerate', 'CrashLoop=0'], '=never'),
        (['--allow-failures', 'some'], '"some": use a number or a percentage of pods'),
        (['--on-pause', 'cry'], 'invalid --on-pause "cry": use stop, wait or succeed'),
        (['--revision', 'latest'], 'invalid --revision "latest": use the number of a revision'),
        (['--min-available', 'x'], '"x": use a number, a percentage or maxUnavailable'),
        (['--ready-when', 'x'], '"x": use condition=NAME[=VALUE] or jsonpath={.PATH}[=VALUE]'),
        (['--stable-for', 'x'], 'invalid --stable-for "x": use a duration like 90s, or auto'),
    ),
)
def test_what_cannot_be_meant_is_said(capsys, words, message):
    assert program.main(['rollout', 'deploy/web', *words]) == 2
    assert message in capsys.readouterr().err
