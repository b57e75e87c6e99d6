"""`kubectl dog trackers`: everything that could judge a kind, also what is broken."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.cli import main as program
from kubectl_dog.model.connection import Response
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.trackers.declarative.crd_annotation import ANNOTATION
from kubectl_dog.trackers.declarative.foreign_rules import KRANE_CONDITIONS
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
    assert of('Pod', items)[1][4:] == ('unused', 'acme 1.2 takes precedence')
    assert of('Pod', listed('--tracker', 'Pod=kubectl-dog'))[0][0] == 'kubectl-dog'


def test_rules_give_way_to_a_package(listed, packages):
    text = '[kubectl_dog.trackers.v1]\nCertificate.cert-manager.io = {}\n'
    module = packages.install('acme', '1.2', FINE, Lamp_example_com='')
    packages.install('certs', entries=text.format(module))
    (code, rules) = of('Certificate.cert-manager.io', listed())
    assert (code[0], code[4]) == ('certs', 'used')
    assert (rules[2], rules[4:]) == ('rules', ('unused', 'certs 1.0 takes precedence'))


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
    assert kinds('lamps', 'torches.ex') == {'Lamp.example.com', 'Torch.example.com'}
    assert kinds('networkpolicies.networking.k8s.io') == {'NetworkPolicy.networking.k8s.io'}
    assert kinds('zinc') == {'Lamp.example.com', 'Torch.example.com'}
    assert kinds('Torch.', 'ReplicationC') == {'Torch.example.com', 'ReplicationController'}


@pytest.mark.usefixtures('packages')
@pytest.mark.parametrize(
    ('texts', 'message'),
    (
        (('zzz', 'yyy'), '"zzz or yyy": `kubectl dog trackers` lists all'),
        (('deploymnet',), '"deploymnet": did you mean Deployment.apps?'),
        (('certifixates.cert-manager.io',), '"certifixates.cert-manager.io": did you mean Certi'),
    ),
)
def test_a_kind_that_exists_nowhere_is_an_error(capsys, texts, message):
    assert program.main(['trackers', *texts]) == 2
    out, err = capsys.readouterr()
    assert out == ''
    assert err.startswith(f'error: no kind or package matches {message}')
    assert program.main(['trackers', *texts, '-o', 'json']) == 2
    assert json.loads(capsys.readouterr().out)['items'] == []


def test_a_kind_without_a_tracker_is_no_error_if_another_text_matches():
    assert program.main(['trackers', 'zzz', 'deployment']) == 0


def test_the_table_has_a_line_for_each(capsys, packages):
    packages.install('acme', '1.2', 'raise ValueError("\\x1b[2Joops")', Lamp_example_com='')
    assert program.main(['trackers']) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ['KIND', 'PACKAGE', 'VERSION', 'BY', 'SOURCE', 'STATE']
    (lamp,) = [line for line in lines if line.startswith('Lamp.example.com')]
    assert 'acme' in lamp and r'broken: ValueError: \x1b[2Joops' in lamp


DEFINITION = {
    'apiVersion': 'apiextensions.k8s.io/v1',
    'kind': 'CustomResourceDefinition',
    'metadata': {'name': 'widgets.example.com'},
    'spec': {
        'group': 'example.com',
        'names': {'kind': 'Widget', 'plural': 'widgets', 'shortNames': ['wd']},
        'versions': [
            {
                'name': 'v1',
                'served': True,
                'additionalPrinterColumns': [
                    {'name': 'State', 'jsonPath': '.status.life.now'},
                    {'name': 'Ready', 'jsonPath': '.status.conditions[?(@.type=="Ready")].status'},
                ],
                'schema': {
                    'openAPIV3Schema': {
                        'properties': {
                            'status': {'properties': {'phase': {'enum': ['Up', 'Failed']}}}
                        }
                    }
                },
            }
        ],
    },
}
WIDGETS = Resource('example.com', 'v1', 'widgets', 'Widget', 'wd', namespaced=True)
CERTIFICATES = Resource(
    'cert-manager.io', 'v1', 'certificates', 'Certificate', 'cert', namespaced=True
)


class Kinds:
    """The kinds of a cluster, by their plurals."""

    def __init__(self, *resources):
        self.resources = resources

    def many(self, word):
        matching = [resource for resource in self.resources if word.lower() in resource.plural]
        if not matching:
            raise UserError('no such kind')
        return matching


@pytest.fixture
def cluster(monkeypatch):
    asked = []

    def definition_of(connection, resource):
        asked.append(resource.kind)
        return DEFINITION if resource == WIDGETS else {}

    kinds = Kinds(WIDGETS, CERTIFICATES)
    monkeypatch.setattr(api, 'connect', lambda **flags: object())
    monkeypatch.setattr(target_resolution, 'resolver', lambda connection: kinds)
    monkeypatch.setattr(target_resolution, 'definition_of', definition_of)
    return asked


@pytest.fixture
def no_cluster(monkeypatch):
    def connect(**flags):
        raise AccessError('nothing there')

    monkeypatch.setattr(api, 'connect', connect)


@pytest.fixture
def described(capsys):
    def run(*words):
        assert program.main(['trackers', *words, '-o', 'json']) == 0
        return {entry['kind']: entry for entry in json.loads(capsys.readouterr().out)['kinds']}

    return run


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'crd.json'
    path.write_text(json.dumps(DEFINITION))
    return str(path)


@pytest.mark.parametrize('text', ('Widget', 'widgets', 'wd', 'widgets.example.com', ''))
def test_a_definition_in_a_file_describes_its_kind(described, file, text):
    words = [text] if text else []
    (widget,) = described(*words, '-f', file).values()
    assert (widget['kind'], widget['by']) == ('Widget.example.com', 'generic')
    assert widget['definition'] == {
        'name': 'widgets.example.com',
        'version': 'v1',
        'annotation': '',
        'columns': [{'field': 'status.life.now', 'column': 'State'}],
        'conditions': ['Ready'],
        'values': [
            {'field': 'status.phase', 'value': 'Up', 'meaning': 'ready'},
            {'field': 'status.phase', 'value': 'Failed', 'meaning': 'failed'},
        ],
    }


def test_a_definition_is_read_from_the_cluster(described, cluster):
    widget = described('widget')['Widget.example.com']
    assert widget['definition']['name'] == 'widgets.example.com'
    certificate = described('certificate')['Certificate.cert-manager.io']
    assert certificate['definition'] is None
    assert cluster == ['Widget', 'Certificate']


def test_a_shipped_rule_is_described_without_a_cluster(described, no_cluster):
    certificate = described('Certificate.cert-manager.io')['Certificate.cert-manager.io']
    assert certificate['source'] == 'cert-manager.io.yaml: rule 1'
    assert certificate['by'] == 'rules'
    assert certificate['sections'][:1] == ['failed']
    assert certificate['documentation'].startswith('https://cert-manager.io/')
    assert certificate['definition'] is None


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('pod', ('Pod', 'code', 'kubectl_dog.trackers.kinds.pod')),
        ('Deployment.apps', ('Deployment.apps', 'code', 'kubectl_dog.trackers.kinds.deployment')),
        ('Frob.x.example.com', ('Frob.x.example.com', 'generic', '')),
    ),
)
def test_kinds_are_described_without_a_cluster(described, no_cluster, text, expected):
    kind = described(text)[expected[0]]
    assert (kind['kind'], kind['by'], kind['source']) == expected


def test_only_kinds_are_asked_for(capsys, cluster, monkeypatch):
    monkeypatch.setattr(api, 'connect', lambda **flags: pytest.fail('asks the cluster'))
    for words in ((), ('cert-manager',), ('deployment',)):
        assert program.main(['trackers', *words, '-o', 'json']) == 0
        document = json.loads(capsys.readouterr().out)
        assert ('kinds' in document) is (words == ('deployment',))


def test_that_no_cluster_answers_is_said_about_a_kind(capsys, no_cluster):
    for words in (('Frob.x.example.com',), ('certificate',)):
        assert program.main(['trackers', *words]) == 0
        err = capsys.readouterr().err
        assert err == 'definitions were not read from a cluster: nothing there\n'


@pytest.mark.parametrize(
    ('annotations', 'source', 'annotation', 'why'),
    (
        ({ANNOTATION: 'ready: {path: a, is: b}'}, f'annotation {ANNOTATION}', ANNOTATION, ''),
        ({ANNOTATION: 'ready: b'}, '', ANNOTATION, 'the state of all objects is unknown: '),
        ({KRANE_CONDITIONS: 'true'}, f'annotation {KRANE_CONDITIONS}', KRANE_CONDITIONS, ''),
        ({KRANE_CONDITIONS: '{}'}, '', KRANE_CONDITIONS, 'the annotation is ignored: '),
        ({ANNOTATION: '{kind: Other, group: o, ready: []}'}, '', '', ''),
    ),
)
def test_rules_on_the_definition_come_first(
    described, tmp_path, annotations, source, annotation, why
):
    path = tmp_path / 'crd.json'
    metadata = {**DEFINITION['metadata'], 'annotations': annotations}
    path.write_text(json.dumps({**DEFINITION, 'metadata': metadata}))
    (widget,) = described('-f', str(path)).values()
    assert (widget['source'], widget['definition']['annotation']) == (source, annotation)
    assert widget['why'].startswith(why)
    assert bool(widget['why']) is bool(why)


def test_a_kind_is_described_below_the_table(capsys, file, no_cluster):
    assert program.main(['trackers', 'widget', 'Certificate.cert-manager.io', '-f', file]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith('KIND')
    start = lines.index('Widget.example.com')
    assert lines[start : start + 5] == [
        'Widget.example.com',
        '  assessed by    its status, without a rule of its own (docs/rules.md)',
        '  definition     widgets.example.com, version v1',
        '  state          status.life.now (column State)',
        '  conditions     Ready',
    ]
    assert '  values         status.phase: Up ready, Failed failed' in lines
    assert any(line.startswith('  documentation  https://cert-manager.io/') for line in lines)


@pytest.mark.parametrize(
    ('status', 'body', 'definition'),
    (
        (200, b'{"kind": "X"}', {'kind': 'X'}),
        (200, b'[]', {}),
        (200, b'{', {}),
        (403, b'{"kind": "Status"}', {}),
    ),
)
def test_the_definition_of_a_kind_is_one_request(status, body, definition):
    asked = []

    def get(path):
        asked.append(path)
        return Response(status, body, {})

    read = target_resolution.definition_of(SimpleNamespace(get=get), WIDGETS)
    assert read == definition
    assert asked == ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com']


@pytest.mark.parametrize('command', ('rollout', 'follow', 'multitrack', 'replay', 'status'))
def test_every_command_that_judges_lets_the_user_choose(command, capsys, tmp_path):
    spec = tmp_path / 'spec.json'
    spec.write_text('{"Jobs": [{"ResourceName": "a", "Namespace": "b"}]}')
    target = str(spec) if command in ('multitrack', 'replay') else 'job/a'
    assert program.main([command, target, '--tracker', 'Job.batch=acme']) == 2
    assert "'acme' has no tracker for Job.batch: use kubectl-dog;" in capsys.readouterr().err
