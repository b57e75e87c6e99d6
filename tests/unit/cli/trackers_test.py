"""`kubectl dog trackers`: everything that could judge a kind, also what is broken."""

from __future__ import annotations

import json
import re

import pytest

from kubectl_dog.cli import main as program
from kubectl_dog.version import VERSION

FINE = 'def assess(view): pass'
FIELDS = ['kind', 'package', 'version', 'by', 'source', 'state', 'why']


@pytest.fixture
def listed(capsys):
    def run(*flags):
        assert program.main(['trackers', *flags, '-o', 'json']) == 0
        return json.loads(capsys.readouterr().out)['items']

    return run


def of(kind, items):
    return [tuple(entry[key] for key in FIELDS[1:]) for entry in items if entry['kind'] == kind]


def test_built_in_kinds_and_rules_are_listed(listed):
    items = listed()
    assert all(list(entry) == FIELDS for entry in items)
    assert of('Pod', items) == [
        ('kubectl-dog', VERSION, 'code', 'kubectl_dog.trackers.kinds.pod', 'used', '')
    ]
    assert of('Certificate.cert-manager.io', items) == [
        ('kubectl-dog', VERSION, 'rules', 'cert-manager.io.yaml', 'used', '')
    ]
    assert [entry['kind'] for entry in items] == sorted(entry['kind'] for entry in items)


def test_a_package_goes_before_ours_and_before_rules_that_ship(listed, packages):
    module = packages.install('acme', '1.2', FINE, Pod='', Certificate_cert__manager_io='')
    items = listed()
    assert of('Pod', items)[0] == ('acme', '1.2', 'code', module, 'used', '')
    assert of('Pod', items)[1][4:] == ('unused', 'acme 1.2 goes first')
    assert of('Pod', listed('--tracker', 'Pod=kubectl-dog'))[0][0] == 'kubectl-dog'


def test_rules_give_way_to_a_package(listed, packages):
    text = '[kubectl_dog.trackers.v1]\nCertificate.cert-manager.io = {}\n'
    module = packages.install('acme', '1.2', FINE, Lamp_example_com='')
    packages.install('certs', entries=text.format(module))
    (code, rules) = of('Certificate.cert-manager.io', listed())
    assert (code[0], code[4]) == ('certs', 'used')
    assert (rules[2], rules[4:]) == ('rules', ('unused', 'certs 1.0 goes first'))


def test_what_is_broken_is_listed_with_why(listed, packages):
    packages.install('acme', '1.2', 'import nowhere', Lamp_example_com='', Pod=':tracker')
    packages.install('torn', entries='[kubectl_dog.trackers.v1]\nno equals sign\n')
    items = listed()
    (lamp,), pods = of('Lamp.example.com', items), of('Pod', items)
    assert lamp[4] == 'broken'
    assert re.match(r'ModuleNotFoundError: .*nowhere.* \(packaged_', lamp[5])
    assert [row[4] for row in pods] == ['broken', 'used']
    assert [(row[0], row[4]) for row in of('', items)] == [('torn', 'broken')]


def test_only_what_is_asked_for_is_listed(listed, packages, capsys):
    packages.install('zinc-lamps', '1.2', FINE, Lamp_example_com='', Torch_example_com='')

    def kinds(*texts):
        return {entry['kind'] for entry in listed(*texts)}

    assert kinds('LAMP.exa') == {'Lamp.example.com'}
    assert kinds('zinc') == {'Lamp.example.com', 'Torch.example.com'}
    assert kinds('Torch.', 'StatefulSet') == {'Torch.example.com', 'StatefulSet.apps'}
    assert program.main(['trackers', 'zzz', 'yyy']) == 0
    assert capsys.readouterr() == ('', 'no kind or package has zzz or yyy in its name\n')


def test_the_table_has_a_line_for_each(capsys, packages):
    packages.install('acme', '1.2', 'raise ValueError("\\x1b[2Joops")', Lamp_example_com='')
    assert program.main(['trackers']) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ['KIND', 'PACKAGE', 'VERSION', 'BY', 'SOURCE', 'STATE']
    (lamp,) = [line for line in lines if line.startswith('Lamp.example.com')]
    assert 'acme' in lamp and r'broken: ValueError: \x1b[2Joops' in lamp


@pytest.mark.parametrize('command', ('rollout', 'follow', 'multitrack', 'replay', 'status'))
def test_every_command_that_judges_lets_the_user_choose(command, capsys, tmp_path):
    spec = tmp_path / 'spec.json'
    spec.write_text('{"Jobs": [{"ResourceName": "a", "Namespace": "b"}]}')
    target = str(spec) if command in ('multitrack', 'replay') else 'job/a'
    assert program.main([command, target, '--tracker', 'Job.batch=acme']) == 2
    assert 'acme has no tracker for Job.batch, but kubectl-dog' in capsys.readouterr().err
