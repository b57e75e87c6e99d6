"""The reader of simple YAML returns what PyYAML does, or leaves the text to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies

from kubectl_dog import yaml_documents
from kubectl_dog.cluster.client_config.simple_yaml import parse

# As kubectl, and the tools of cloud providers, write it.
KUBECTL = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTi+/BDRVJUSUZJQ0FURS0tLS0tCg==
    extensions:
    - extension:
        last-update: Mon, 02 Nov 2026 10:00:00 CET
        provider: minikube.sigs.k8s.io
      name: cluster_info
    server: https://[::1]:6443
  name: arn:aws:eks:us-east-1:123456789012:cluster/shop
contexts: []
current-context: ""
kind: Config
preferences: {}
users:
- name: jane@shop
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - --region
      - us-east-1
      - -n
      command: aws
      env:
        - name: AWS_PROFILE
          value: 'shop: prod'
        - name: NO_COLOR
          value: "1"
      installHint: null
      interactiveMode: IfAvailable
      provideClusterInfo: false
    token:
"""
KEYS = ('a', 'token', 'on', 'b-c', '<<', '1', '"k"', '')
VALUES = (
    'x', 'a b', 'a:b', 'a: b', 'a:', ':a', 'a #b', 'a#b', '#', 'true', 'True', 'yes', 'Off', 'null',
    '~', '1', '1e3', '0x1f', '.5', '-.inf', '-a', '- a', '--a', '---', '...', '/p', "'q'", "'q''r'",
    '"q"', '"\\n"', '"', "'a' b", '{}', '[]', '{a: 1}', '[a]', '|', '>-', '&a x', '*a', '!!str 1',
    '2026-01-01', '12:30', 'a,b', '%a', '@a', '=', 'é', 'a\t', 'a ', '? a', 'a\x01', 'a\r',
    'a[1]', 'a]', '',
)  # fmt: skip
LINES = strategies.builds(
    '{}{}{}{}{}'.format,
    strategies.sampled_from(('', '', '  ', '    ', ' ', '\t')),
    strategies.sampled_from(('', '', '- ', '- - ', '-  ', '-')),
    strategies.sampled_from(KEYS),
    strategies.sampled_from((': ', ': ', ':', '', ' : ')),
    strategies.sampled_from(VALUES),
)


def by_pyyaml(text):
    """The value of the only document; None if there is an error."""
    try:
        (document,) = yaml_documents.documents(yaml_documents.decode(text.encode()))
    except (yaml_documents.DocumentError, ValueError):
        return None
    return document.value


def test_a_kubeconfig_of_kubectl_is_read_as_by_pyyaml():
    assert parse(KUBECTL.encode()) == by_pyyaml(KUBECTL)
    assert parse(KUBECTL.encode())['users'][0]['user']['exec']['env'][0]['value'] == 'shop: prod'


@pytest.mark.parametrize('value', VALUES)
@pytest.mark.parametrize('line', ('a: {}', '- {}', 'a:\n- {}', 'a:\n  b: {}\n  c: x', 'a: {}\n b'))
def test_no_value_is_read_in_another_way(line, value):
    text = line.format(value)
    assert parse(text.encode()) in (None, by_pyyaml(text))


@settings(max_examples=400, deadline=None)
@given(strategies.lists(LINES, min_size=1, max_size=6).map('\n'.join))
def test_no_structure_is_read_in_another_way(text):
    assert parse(text.encode()) in (None, by_pyyaml(text))


@settings(max_examples=200, deadline=None)
@given(strategies.data())
def test_no_change_of_a_kubeconfig_is_read_in_another_way(data):
    lines = KUBECTL.splitlines()
    at = data.draw(strategies.integers(0, len(lines) - 1))
    kind = data.draw(strategies.sampled_from(('drop', 'double', 'indent', 'dedent', 'insert')))
    changed = {
        'drop': [],
        'double': [lines[at]] * 2,
        'indent': [f'  {lines[at]}'],
        'dedent': [lines[at][1:]],
        'insert': [lines[at], data.draw(LINES)],
    }[kind]
    text = '\n'.join([*lines[:at], *changed, *lines[at + 1 :]])
    assert parse(text.encode()) in (None, by_pyyaml(text))


def test_deep_nesting_is_left_to_the_full_parser():
    text = '\n'.join(' ' * level + 'a:' for level in range(5000))
    assert parse(text.encode()) is None
