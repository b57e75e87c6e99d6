from __future__ import annotations

import pytest

from kubectl_dog.cli.completion import cobra_protocol
from kubectl_dog.cli.completion import partial_line
from kubectl_dog.cli.completion.candidates import candidates
from kubectl_dog.output.colour import CHOICES
from kubectl_dog.output.formats import FORMATS


class Names:
    """What there is, in memory; asks are counted."""

    def __init__(self):
        self.asked = []

    def entries(self, section):
        return [f'my-{section}', 'other']

    def namespaces(self):
        return ['default', 'shop']

    def kinds(self):
        return {'deployments': 'Deployment apps/v1', 'statefulsets': '', 'deploy': ''}

    def objects(self, types):
        self.asked.append(types)
        return ['web', 'web-2', 'db']

    def demos(self):
        return {'good': 'a good one', 'bad': 'a bad one'}

    def codes(self):
        return {'CrashLoop': 'ends again and again', 'CreateFailed': ''}


def complete(text):
    line = partial_line.parse_partial_line(text.split(' '))
    return candidates(line, Names())


def values(text):
    return [value for value, _ in complete(text).values]


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('ro', ['rollout']),
        ('re', ['replay']),
        ('__', []),
        ('help fo', ['follow']),
        ('bark ', []),
        ('--h', ['--help', '--help-all']),
        ('rollout --contex', ['--context']),
        ('rollout --context a --contex', []),
        ('rollout --tolerate X=1 --tolera', ['--tolerate']),
        ('rollout --kube-conte', []),
        ('rollout --keep-goin', ['--keep-going']),
        ('rollout -t', ['-t']),
        ('status --loc', ['--local']),
        ('rollout --loc', []),
        ('rollout -o ', [*FORMATS]),
        ('status -o ', ['table', 'json']),
        ('rollout --output=j', ['json']),
        ('rollout --color ', list(CHOICES)),
        ('rollout --on-pause s', ['stop', 'succeed']),
        ('rollout --context ', ['my-contexts', 'other']),
        ('rollout --kube-context my', ['my-contexts']),
        ('rollout --cluster=m', ['my-clusters']),
        ('rollout --user m', ['my-users']),
        ('rollout -n s', ['shop']),
        ('multitrack --namespace ', ['default', 'shop']),
        ('rollout --timeout ', []),
        ('rollout --tolerate Cra', ['CrashLoop=']),
        ('rollout dep', ['deployments', 'deploy']),
        ('rollout deploy,st', ['deploy,statefulsets']),
        ('rollout deploy/', ['deploy/web', 'deploy/web-2', 'deploy/db']),
        ('rollout deploy/web', ['deploy/web', 'deploy/web-2']),
        ('rollout deploy/web deploy/web', ['deploy/web-2']),
        ('rollout deploy/web st', ['statefulsets/']),
        ('rollout deploy ', ['web', 'web-2', 'db']),
        ('rollout deploy web w', ['web-2']),
        ('rollout deploy web deploy/', []),
        ('rollout status de', ['deployments', 'deploy']),
        ('rollout track deploy d', ['db']),
        ('follow status d', ['db']),
        ('follow deploy -n shop d', ['db']),
        ('rollout deploy -l a=b ', []),
        ('rollout -A deploy/', []),
        ('rollout -l a=b dep', ['deployments', 'deploy']),
        ('rollout -f x.yaml dep', []),
        ('rollout --helm-release shop dep', []),
        ('rollout --argo-app shop dep', []),
        ('rollout --flux ks/apps dep', []),
        ('demo ', ['good', 'bad']),
        ('demo good ', []),
        ('explain Cra', ['CrashLoop']),
        ('explain CrashLoop ', []),
        ('explain -o ', ['text', 'json']),
        ('version ', []),
    ),
)
def test_what_fits_is_offered(text, expected):
    assert values(text) == expected
    assert complete(text).directive & cobra_protocol.NO_FILES


@pytest.mark.parametrize(
    ('text', 'directive', 'expected'),
    (
        ('rollout --record ', cobra_protocol.FILES, []),
        ('rollout --kubeconfig=x', cobra_protocol.FILES, []),
        ('rollout -k ', cobra_protocol.FOLDERS, []),
        ('rollout -f ', cobra_protocol.ENDINGS, ['json', 'yaml', 'yml']),
        ('rollout -f k8s/w', cobra_protocol.ENDINGS, ['json', 'yaml', 'yml']),
        ('replay ', cobra_protocol.FILES, []),
        ('run -- ', cobra_protocol.FILES, []),
        ('run deploy/web -- kubectl app', cobra_protocol.FILES, []),
        ('multitrack ', cobra_protocol.FILES, []),
        ('multitrack a ', cobra_protocol.NO_FILES, []),
        (
            'rollout deploy/web st',
            cobra_protocol.NO_FILES | cobra_protocol.NO_SPACE,
            ['statefulsets/'],
        ),
        (
            'rollout --report h',
            cobra_protocol.NO_FILES | cobra_protocol.NO_SPACE,
            ['html='],
        ),
        (
            'replay --report di',
            cobra_protocol.NO_FILES | cobra_protocol.NO_SPACE,
            ['dir='],
        ),
        (
            'rollout --tolerate Cra',
            cobra_protocol.NO_FILES | cobra_protocol.NO_SPACE,
            ['CrashLoop='],
        ),
    ),
)
def test_the_shell_is_told_what_to_do(text, directive, expected):
    assert (complete(text).directive, values(text)) == (directive, expected)


def test_flags_and_commands_are_described():
    text = 'Number or percentage of pods that may fail (2, 20%)'
    assert dict(complete('rollout --allow').values) == {'--allow-failures': text}
    assert dict(complete('ve').values) == {'version': 'Print the version'}


def test_every_kind_before_the_names_is_asked_for():
    names = Names()
    candidates(partial_line.parse_partial_line(['follow', 'deploy,sts', '']), names)
    candidates(partial_line.parse_partial_line(['follow', 'ds/']), names)
    assert names.asked == ['deploy,sts', 'ds']
