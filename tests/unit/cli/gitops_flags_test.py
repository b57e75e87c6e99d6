"""Applications on the command line: their syntax, namespaces, options and errors."""

from __future__ import annotations

import os
import re
import shlex

import pytest

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.cli import foreground
from kubectl_dog.cli import main
from kubectl_dog.cli import targets
from kubectl_dog.cli.parser import parse
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Target
from tests.page import ROOT
from tests.unit.corpus import corpus
from tests.unit.gitops.objects import APPLICATIONS
from tests.unit.gitops.objects import HELM_RELEASES
from tests.unit.gitops.objects import KUSTOMIZATIONS
from tests.unit.gitops.objects import OURS

SERVED = {
    f'{resource.plural}.{resource.group}': resource
    for resource in (APPLICATIONS, KUSTOMIZATIONS, HELM_RELEASES)
}


class Connection:
    server, user, namespace = 'https://h', '', 'shop'


@pytest.fixture
def served(monkeypatch):
    """The kinds of the server; an exception in place of a kind is raised."""
    kinds = dict(SERVED)

    def resolve(word):
        resource = kinds.get(word, UserError(f'no resource type "{word}"'))
        if isinstance(resource, Exception):
            raise resource
        return resource

    monkeypatch.setattr(target_resolution, 'resolver', lambda connection: resolve)
    return kinds


def find(*argv):
    args = parse(['rollout', *argv])
    return targets.find(*targets.read(args.target, args), Connection(), args.namespace).targets


@pytest.mark.parametrize(
    ('argv', 'target'),
    (
        (('--argo-app', 'shop'), Target(APPLICATIONS, 'argocd', 'shop')),
        (('--argo-app', 'shop', '-n', 'gitops'), Target(APPLICATIONS, 'gitops', 'shop')),
        (('--argo-app', 'team/shop'), Target(APPLICATIONS, 'team', 'shop')),
        (('--argo-app', 'team/shop', '-n', 'team'), Target(APPLICATIONS, 'team', 'shop')),
        (('--flux', 'kustomization/apps'), Target(KUSTOMIZATIONS, 'flux-system', 'apps')),
        (('--flux', 'Kustomizations/apps'), Target(KUSTOMIZATIONS, 'flux-system', 'apps')),
        (('--flux', 'ks/apps', '-n', 'team'), Target(KUSTOMIZATIONS, 'team', 'apps')),
        (('--flux', 'helmrelease/web'), Target(HELM_RELEASES, 'flux-system', 'web')),
        (('--flux', 'hr/web', '-n', 'shop'), Target(HELM_RELEASES, 'shop', 'web')),
    ),
)
def test_applications_have_the_namespaces_of_their_tools(served, argv, target):
    assert find(*argv) == (target,)


@pytest.mark.parametrize(
    ('argv', 'message'),
    (
        (('--argo-app', 'a/b/c'), 'use NAME or NAMESPACE/NAME'),
        (('--argo-app', '/b'), 'use NAME or NAMESPACE/NAME'),
        (('--argo-app', 'a/'), 'use NAME or NAMESPACE/NAME'),
        (('--argo-app', ''), 'use NAME or NAMESPACE/NAME'),
        (('--flux', 'apps'), 'use kustomization/NAME or helmrelease/NAME'),
        (('--flux', 'ks/'), 'use kustomization/NAME or helmrelease/NAME'),
        (('--flux', 'ks/a/b'), 'use kustomization/NAME or helmrelease/NAME'),
        (('--flux', 'gitrepository/a'), 'use kustomization/NAME or helmrelease/NAME'),
        (('--flux', 'ks/a', '--argo-app', 'b'), '--argo-app cannot be combined with --flux'),
        (('--flux', 'ks/a', '-f', 'x.yaml'), 'cannot be combined with -f, -k or --helm-release'),
        (('--flux', 'ks/a', '--helm-release', 'x'), 'cannot be combined with -f, -k or'),
        (('--flux', 'ks/a', '-l', 'a=b'), 'cannot be combined with -l'),
        (('--flux', 'ks/a', '-A'), 'cannot be combined with -A: use -n'),
        (('--flux', 'ks/a', '-R'), '-R needs -f'),
        (('--flux', 'ks/a', 'deploy/web'), '--flux cannot be combined with TYPE/NAME'),
        (('--argo-app', 'a/b', '-n', 'c'), '--argo-app a/b is not in namespace c'),
        (('--at-revision', OURS, 'deploy/web'), '--at-revision needs --argo-app NAME or --flux'),
        (('--flux', 'ks/a', '--at-revision', 'HEAD'), 'use a commit of at least 7 digits'),
    ),
)
def test_wrong_flags_are_exit_2(served, argv, message):
    with pytest.raises(UserError, match=re.escape(message)) as raised:
        find(*argv)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ('argv', 'message'),
    (
        (('--argo-app', 'a'), 'the cluster has no kind applications.argoproj.io: install Argo CD'),
        (('--flux', 'ks/a'), 'the cluster has no kind kustomizations.kustomize.toolkit.fluxcd.io'),
    ),
)
def test_a_cluster_without_the_tool_is_exit_2(served, argv, message):
    served.clear()
    with pytest.raises(UserError, match=message) as raised:
        find(*argv)
    assert raised.value.exit_code == 2


def test_a_cluster_that_does_not_answer_is_exit_5(served):
    served['applications.argoproj.io'] = AccessError('forbidden')
    with pytest.raises(AccessError, match='forbidden'):
        find('--argo-app', 'a')


@pytest.fixture
def options(served, monkeypatch):
    """The options of a command, with those of its targets."""

    def run(*argv):
        seen = []
        monkeypatch.setattr(api, 'connect', lambda **flags: Connection())
        monkeypatch.setattr(api, 'live_source', lambda *args: None)
        monkeypatch.setattr(
            foreground,
            'track_on_source',
            lambda live, resolved, options, judges, args: seen.append((resolved, options)) or 0,
        )
        assert main.main(['rollout', *argv]) == 0
        return seen[0]

    return run


@pytest.mark.parametrize(('argv', 'timeout'), (((), 600.0), (('--create-timeout', '2m'), 120.0)))
def test_the_revision_is_an_option_of_the_application(options, argv, timeout):
    resolved, common = options('--flux', 'ks/apps', '--at-revision', OURS, *argv)
    assert (common.with_managed, common.at_revision, common.revision_timeout) == (
        True,
        '',
        timeout,
    )
    own = resolved.target_options[resolved.targets[0]]
    assert own == common._replace(at_revision=OURS, needs_namespace=not argv)


def test_only_the_namespace_of_the_application_has_to_exist(options):
    resolved, common = options('--argo-app', 'shop')
    own = resolved.target_options[resolved.targets[0]]
    assert (common.needs_namespace, own.needs_namespace, own.at_revision) == (False, True, '')


PATH = ROOT.joinpath('docs', 'gitops.md')
PAGE = PATH.read_text(encoding='utf-8')
RECORDING = 'failed/flux-later-commit-is-broken'
COMMANDS = re.findall(r'^    kubectl dog (.+)$', PAGE, re.M)


@pytest.mark.parametrize('command', COMMANDS)
def test_the_commands_of_the_page_are_valid(served, command):
    words = shlex.split(command.replace('$(git rev-parse HEAD)', OURS))
    assert words[0] == 'rollout'
    assert len(find(*words[1:])) == 1


def test_the_page_has_commands():
    assert len(COMMANDS) >= 4


def test_the_page_shows_a_recorded_run():
    """With `KUBECTL_DOG_WRITE=1`, this test writes it."""
    code, output = corpus.replay(corpus.path_of(RECORDING), 'plain')
    # The application would revert it.
    assert (code, 'rollout undo' in output) == (1, False)
    page = re.sub(
        r'(?<=<!-- recorded -->\n```\n).*?(?=```)', lambda _: output, PAGE, flags=re.DOTALL
    )
    if os.environ.get('KUBECTL_DOG_WRITE'):
        PATH.write_text(page, encoding='utf-8')
    assert os.environ.get('KUBECTL_DOG_WRITE') or page == PAGE
