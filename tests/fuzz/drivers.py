"""Inputs of each kind, and how the program is run with them."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import socket
from pathlib import Path

import yaml

from kubectl_dog.cli.main import main
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Resource
from kubectl_dog.multitrack_spec import spec_targets
from kubectl_dog.rules import rule_text
from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative.rule_tracker import RuleTracker
from kubectl_dog.tracking.plugins import kind_info
from kubectl_dog.tracking.plugins.registry import Trackers
from tests.fuzz import mutations

ROOT = Path(__file__).parents[2]
UNIT = ROOT / 'tests' / 'unit'
RECORDINGS = sorted(UNIT.glob('corpus/recordings/*/*.jsonl'))
MANIFESTS = sorted(
    [
        *UNIT.glob('trackers/customs/*.yaml'),
        *ROOT.glob('tests/cluster/scenarios/*/*.yaml'),
        *ROOT.glob('docs/examples/check/*.yaml'),
    ]
)
RULES = sorted(ROOT.glob('kubectl_dog/rules/shipped/*.yaml'))
TREE = 'status', '--local', '-f', 'FILE'
STATUS = (
    TREE,
    (*TREE, '-o', 'json'),
    (*TREE, '--exit-code'),
)
REPLAY = 'replay', 'FILE', '--instant'
REPLAYS = (
    REPLAY,
    (*REPLAY, '-o', 'json'),
    (*REPLAY, '--brief'),
    (*REPLAY, '--ci', 'github', '--report', 'markdown=OUT'),
    (*REPLAY, '--ci', 'gitlab', '--report', 'html=OUT'),
    (*REPLAY, '--ci', 'teamcity', '--report', 'junit=OUT'),
    (*REPLAY, '--ci', 'azure', '--report', 'trace=OUT'),
    (*REPLAY, '--report', 'json=OUT'),
)
CONNECT = (('status', 'deploy/x', '--kubeconfig', 'FILE', '--request-timeout', '1s'),)
TOKEN = base64.urlsafe_b64encode(b'{"exp": 99999999999}').decode()
USERS = (
    {'token': 'secret'},
    {'username': 'a', 'password': 'b'},
    {'client-certificate-data': 'YQ==', 'client-key-data': 'YQ=='},
    {'tokenFile': '/nowhere', 'as': 'x', 'as-groups': ['a'], 'as-user-extra': {'a': ['b']}},
    {'client-certificate': 'a.crt', 'client-key': 'a.key'},
    {
        'exec': {
            'apiVersion': 'client.authentication.k8s.io/v1',
            'command': 'kubectl-dog-no-such-plugin',
            'args': ['a'],
            'env': [{'name': 'A', 'value': 'b'}],
            'interactiveMode': 'Never',
        }
    },
    {
        'auth-provider': {
            'name': 'oidc',
            'config': {
                'idp-issuer-url': 'https://127.0.0.1:1',
                'client-id': 'a',
                'id-token': f'a.{TOKEN}.c',
                'refresh-token': 'x',
            },
        }
    },
)
KUBECONFIGS = tuple(
    json.dumps(
        {
            'apiVersion': 'v1',
            'kind': 'Config',
            'current-context': 'a',
            'clusters': [
                {
                    'name': 'a',
                    'cluster': {
                        'server': 'https://127.0.0.1:1',
                        'insecure-skip-tls-verify': True,
                        'tls-server-name': 'h',
                        'proxy-url': proxy,
                    },
                }
            ],
            'users': [{'name': 'a', 'user': user}],
            'contexts': [
                {'name': 'a', 'context': {'cluster': 'a', 'user': 'a', 'namespace': 'b'}},
            ],
        },
        indent=1,
    ).encode()
    for user in USERS
    for proxy in ('', 'http://127.0.0.1:1')
)
SPECS = (
    b'{"Deployments": [{"ResourceName": "web", "Namespace": "shop", "FailMode": '
    b'"HopeUntilEndOfDeployProcess", "AllowFailuresCount": 1, "FailureThresholdSeconds": 5, '
    b'"IgnoreReadinessProbeFailsByContainerName": {"main": "1m"}, "LogRegex": "a.*(b|c)", '
    b'"LogRegexByContainerName": {"main": "^x"}, "SkipLogsForContainers": ["side"], '
    b'"ShowLogsUntil": "EndOfDeploy", "TrackTerminationMode": "NonBlocking"}]}',
    b'{"Jobs": [{"ResourceName": "a"}], "StatefulSets": [{"ResourceName": "b", "SkipLogs": true}], '
    b'"Generics": [{"Name": "c", "GroupVersionKind": {"Group": "x.example.com", "Version": "v1", '
    b'"Kind": "Lamp"}, "Timeout": 60000000000, "NoActivityTimeout": "5m"}]}',
)
PATHS = (
    b'status.conditions[type=Ready].message', b"status['a'][0].b", b'{.spec.a[*]}',
    b'$.spec.a[$.status.c.d]', b'status.c[?(@.type=="x")].b', b'metadata.annotations["a/b"]',
)  # fmt: skip
OBJECT = {
    'metadata': {'name': 'a', 'generation': 2, 'annotations': {'a/b': 'c'}},
    'spec': {'a': [1, {'b': 'c'}], 'replicas': 3},
    'status': {
        'a': [{'b': 1}],
        'phase': 'x',
        'conditions': [{'type': 'Ready', 'status': 'True', 'message': 'm'}],
        'c': {'d': 1},
    },
}
LAMPS = Resource('x.example.com', 'v1', 'lamps', 'Lamp', 'lamp')
COLUMN = {'name': 'Phase', 'type': 'string', 'jsonPath': '.status.phase'}
PHASE = {'type': 'string', 'enum': ['Up', 'Down', 'Failed'], 'description': 'Failed: it broke.'}
DEFINITION = {
    'apiVersion': 'apiextensions.k8s.io/v1',
    'kind': 'CustomResourceDefinition',
    'metadata': {
        'name': 'lamps.x.example.com',
        'annotations': {'kubectl-dog.github.io/rules': 'ready: {condition: Ready}'},
    },
    'spec': {
        'group': 'x.example.com',
        'scope': 'Namespaced',
        'names': {'kind': 'Lamp', 'plural': 'lamps', 'shortNames': ['l']},
        'versions': [
            {
                'name': 'v1',
                'served': True,
                'additionalPrinterColumns': [COLUMN],
                'schema': {
                    'openAPIV3Schema': {
                        'type': 'object',
                        'properties': {
                            'status': {'type': 'object', 'properties': {'phase': PHASE}},
                        },
                    }
                },
            }
        ],
    },
}
LAMP = {**OBJECT, 'apiVersion': 'x.example.com/v1', 'kind': 'Lamp'}
CRDS = (json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': [DEFINITION, LAMP]}).encode(),)


class CrashError(Exception):
    """The program had an internal error; the message is its report."""


@contextlib.contextmanager
def without_network():
    """Let no name be resolved but those of loopback, and no credential plugin be started."""
    resolve = socket.getaddrinfo

    def refuse(host, *args, **kwargs):
        if isinstance(host, str):
            host.encode('idna')
        if host in ('127.0.0.1', 'localhost'):
            return resolve(host, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, 'refused by the fuzzer')

    socket.getaddrinfo = refuse
    try:
        yield
    finally:
        socket.getaddrinfo = resolve


def call(folder, data, argv):
    """Run the program with the data as its file, and return its exit code and its output."""
    file = folder / 'FILE'
    file.write_bytes(data)
    words = [word.replace('OUT', str(folder / 'OUT')) for word in argv]
    words = [str(file) if word == 'FILE' else word for word in words]
    out, err = io.StringIO(newline=''), io.StringIO(newline='')
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), without_network():
        try:
            code = main(words)
        except SystemExit as error:
            raise CrashError(f'SystemExit {error.code}') from error
    if code == 70 or 'Traceback' in err.getvalue():
        raise CrashError(err.getvalue())
    return code, out.getvalue() + err.getvalue()


class Driver:
    """Makes an input from a seed, and runs it."""

    def __init__(self, inputs, argvs=(), mutations_of=(mutations.mutated_bytes,), run=None):
        self.inputs = inputs
        self.argvs = argvs
        self.mutations = mutations_of
        self._run = run

    def make(self, rng):
        """A mutated input, and the arguments of the program."""
        data, other = (
            item if isinstance(item, bytes) else item.read_bytes()
            for item in (rng.choice(self.inputs), rng.choice(self.inputs))
        )
        argv = rng.choice(self.argvs) if self.argvs else ()
        return rng.choice(self.mutations)(rng, data, other), argv

    def run(self, folder, data, argv):
        """Run an input; raises any exception but those for users."""
        try:
            return self._run(data) if self._run else call(folder, data, argv)
        except UserError as error:
            return str(error)


def _text(data):
    return data.decode('utf-8', 'replace')


def _spec(data):
    spec = spec_targets.parse_text(data, 'spec')
    spec_targets.targets(spec, 'ns', lambda _: DEPLOYMENTS, Options())


def _rules(data):
    from tests.unit.builders import view
    from tests.unit.trackers.generic_test import FROBS

    for rule in rule_text.parse_rule_text(_text(data), 'rules.yaml'):
        RuleTracker(rule).assess(view(OBJECT, target=FROBS))


def _path(data):
    with contextlib.suppress(ValueError):
        jsonpath.values(jsonpath.parse(_text(data)), OBJECT)


def _definition(data):
    for definition in get_dicts(json.loads(data), 'items'):
        kind_info.read(Trackers(), LAMPS, definition)


def by_value(rng, data, other):
    """Change a value of a JSON text, or of the first document of a YAML text."""
    try:
        return mutations.mutated_json(rng, data)
    except ValueError:
        pass
    try:
        documents = [value for value in yaml.safe_load_all(data) if value is not None]
        changed = mutations.mutated_value(rng, documents)
        return '\n---\n'.join(json.dumps(value, default=str) for value in changed).encode()
    except (yaml.YAMLError, ValueError, TypeError):
        return mutations.mutated_bytes(rng, data, other)


BOTH = (mutations.mutated_bytes, by_value)
DRIVERS = {
    'recording': Driver(RECORDINGS, REPLAYS, (mutations.mutated_lines,)),
    'manifest': Driver(MANIFESTS, STATUS, BOTH),
    'kubeconfig': Driver(KUBECONFIGS, CONNECT, BOTH),
    'spec': Driver(SPECS, mutations_of=BOTH, run=_spec),
    'rules': Driver(RULES, mutations_of=BOTH, run=_rules),
    'path': Driver(PATHS, run=_path),
    'definition': Driver(CRDS, mutations_of=(by_value,), run=_definition),
    'custom resource': Driver(CRDS, STATUS, (by_value,)),
}
