from __future__ import annotations

from importlib import resources

import pytest

from kubectl_dog.model.resources import Resource
from kubectl_dog.rules import rule_text
from kubectl_dog.rules import shipped_rules
from tests.unit.trackers.custom_states import table
from tests.unit.trackers.customs import cases

FILES = sorted(
    file.name
    for file in resources.files('kubectl_dog.rules').joinpath('shipped').iterdir()
    if file.name.endswith('.yaml')
)


def rules(name):
    file = resources.files('kubectl_dog.rules').joinpath('shipped', name)
    return rule_text.parse_rule_text(file.read_text(encoding='utf-8'), name)


@pytest.mark.parametrize('name', FILES)
def test_every_rule_cites_what_it_relies_on_and_stands_in_the_file_of_its_group(name):
    group = name[: -len('.yaml')]
    for rule in rules(name):
        assert rule.documentation.startswith('https://'), rule.source
        assert all(pattern == group or pattern.endswith(f'.{group}') for pattern in rule.groups), (
            rule.source
        )


@pytest.mark.parametrize('name', FILES)
def test_every_file_has_objects_that_prove_it(name):
    group = name[: -len('.yaml')]
    states = {case.expected for case in cases.CASES if _is_below(case.group, group)}
    for row in table.ROWS:
        states |= set(row.states) if _is_below(row.group, group) else set()
    states = {'failed' if state == 'failing' else state for state in states}
    needed = {'ready', 'progressing'}
    needed |= {'failed'} if any(rule.failed for rule in rules(name)) else set()
    assert states >= needed or name == 'karpenter.k8s.aws.yaml'


def _is_below(group, parent):
    return group == parent or group.endswith(f'.{parent}')


@pytest.mark.parametrize(
    ('group', 'kind', 'source'),
    (
        ('argoproj.io', 'Rollout', 'argoproj.io.yaml: rule 4'),
        ('s3.aws.upbound.io', 'Bucket', 'upbound.io.yaml: rule 2'),
        ('kustomize.toolkit.fluxcd.io', 'Kustomization', 'toolkit.fluxcd.io.yaml: rule 4'),
        ('argoproj.io', 'Unheard', None),
        ('example.com', 'Frob', None),
        ('io', 'Frob', None),
        ('', 'Pod', None),
        ('../../x', 'Frob', None),
    ),
)
def test_which_rule_is_found(group, kind, source):
    rule = shipped_rules.find_rule(Resource(group, 'v1', 'x', kind, 'x'))
    assert (rule and rule.source) == source


def test_only_the_file_of_the_group_is_read(monkeypatch):
    read = []
    monkeypatch.setattr(
        shipped_rules, 'parse_rule_text', lambda text, name: read.append(name) or []
    )
    shipped_rules.find_rule(
        Resource('kustomize.toolkit.fluxcd.io', 'v1', 'x', 'Kustomization', 'x')
    )
    shipped_rules.find_rule(Resource('example.com', 'v1', 'x', 'Frob', 'x'))
    assert read == ['toolkit.fluxcd.io.yaml']
