"""Changes of a revision as text."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.change_texts import describe_changes
from kubectl_dog.causes.change_texts import with_earlier_limit
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.verdicts import Change
from kubectl_dog.model.verdicts import RevisionChanges

URL = Change('env', 'main', 'URL', 'added')


def describe(*changes, revision='8', earlier='7', subject='main'):
    return describe_changes(RevisionChanges(revision, earlier, changes), subject)


@pytest.mark.parametrize(
    ('change', 'text'),
    (
        (URL, 'env URL'),
        (URL._replace(kind='removed'), 'env URL (removed)'),
        (URL._replace(kind='changed'), 'env URL (changed)'),
        (
            URL._replace(references=('secret/db', 'secret/db/url')),
            'env URL (from secret/db)',
        ),
        (URL._replace(container='proxy'), 'env URL of proxy'),
        (Change('image', 'main', '', 'changed', 'r/a:1', 'r/a:2'), 'image r/a:2 (before: 1)'),
        (Change('image', 'main', '', 'changed', 'r/a', 'r/b:2'), 'image r/b:2 (before: r/a)'),
        (Change('command', 'main'), 'command (changed)'),
        (Change('containers', 'proxy', kind='added'), 'container proxy'),
        (
            Change('resources', 'main', 'limits.memory', 'changed', '64Mi', '16Mi'),
            'resources.limits.memory 16Mi (before: 64Mi)',
        ),
        (
            Change('resources', 'main', 'limits.memory', 'removed', '64Mi'),
            'resources.limits.memory (removed, before: 64Mi)',
        ),
        (
            Change('livenessProbe', 'proxy', 'httpGet.path', 'changed', '/a', '/b'),
            'livenessProbe.httpGet.path of proxy /b (before: /a)',
        ),
        (Change('nodeSelector', '', 'disk', 'added', '', 'ssd'), 'nodeSelector disk ssd'),
        (
            Change('volumes', '', 'a', 'added', '', '', ('configmap/x',)),
            'volume a (from configmap/x)',
        ),
        (
            Change('envFrom', 'main', 'configmap/x', 'added', '', '', ('configmap/x-2456789bcd',)),
            'envFrom configmap/x-2456789bcd',
        ),
        (Change('envFrom', 'main', 'configmap/x', 'removed'), 'envFrom configmap/x (removed)'),
        (
            Change('volumes', '', 'a', 'changed', 'x-1', 'x-2', ('configmap/x-2',), 'configmap/x'),
            'contents of configmap/x (x-2, before: x-1)',
        ),
        (Change('annotations', '', 'checksum/config'), 'annotation checksum/config (changed)'),
    ),
)
def test_a_change_has_its_field_and_values(change, text):
    assert describe(change) == f'new in revision 8: {text}'


DOUBLE = 'kubectl set resources -n shop deploy/web -c main --limits=memory=32Mi'


@pytest.mark.parametrize(
    ('change', 'limit'),
    (
        (Change('resources', 'main', 'limits.memory', 'changed', '1Gi', '16Mi'), '1Gi'),
        (Change('resources', 'main', 'limits.memory', 'added', '', '16Mi'), '32Mi'),
        (Change('resources', 'main', 'limits.memory', 'changed', '1; ls', '16Mi'), '32Mi'),
        (URL, '32Mi'),
    ),
)
def test_a_memory_limit_that_was_lowered_is_restored(change, limit):
    cause = Cause('OOMKilled', '', 'main', 'killed', suggested_commands=('kubectl x', DOUBLE))
    commands = with_earlier_limit(cause, RevisionChanges('8', '7', (change,))).suggested_commands
    assert commands == ('kubectl x', DOUBLE.replace('32Mi', limit))


@pytest.mark.parametrize(
    ('count', 'rest'), ((1, ''), (3, ''), (4, ' and 1 more'), (9, ' and 6 more'))
)
def test_three_changes_are_named(count, rest):
    text = describe(*(URL._replace(name=f'V{number}') for number in range(count)))
    assert text.count('env V') == min(count, 3)
    assert text.endswith(f'V{min(count, 3) - 1}{rest}')


@pytest.mark.parametrize(
    ('revision', 'earlier', 'start'),
    (
        ('8', '7', 'new in revision 8'),
        ('8', '6', 'new since revision 6'),
        ('a', 'b', 'new since revision b'),
    ),
)
def test_the_earlier_revision_is_named_unless_it_is_the_one_before(revision, earlier, start):
    assert describe(URL, revision=revision, earlier=earlier).startswith(f'{start}: ')
