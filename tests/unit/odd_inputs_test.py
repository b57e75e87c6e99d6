"""Any JSON in any field, and any text, neither raise nor hang: the parts that few runs reach."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from kubectl_dog.causes import admission_errors
from kubectl_dog.causes import admission_lookups
from kubectl_dog.causes import aggregate
from kubectl_dog.causes import node_fit
from kubectl_dog.causes import quantities
from kubectl_dog.causes import secret_providers
from kubectl_dog.checks import rights
from kubectl_dog.checks.batch import Batch
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.dry_runs import DryRun
from kubectl_dog.checks.run_checks import run_checks
from kubectl_dog.gitops import inventory
from kubectl_dog.gitops import revision_state
from kubectl_dog.gitops.revision_text import parse_revision
from kubectl_dog.manifests import cause_fields
from kubectl_dog.manifests import line_nodes
from kubectl_dog.model import equal_values
from kubectl_dog.model import file_differences
from kubectl_dog.model import go_regex
from kubectl_dog.model import images
from kubectl_dog.model import safe_regex
from kubectl_dog.model import selectors
from kubectl_dog.model import times
from kubectl_dog.model import unapplied_fields
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.fields import Field
from kubectl_dog.model.fields import FieldError
from kubectl_dog.model.items import Answer
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.trackers import child_workload
from kubectl_dog.trackers import condition_roles
from kubectl_dog.trackers import crd_evidence
from kubectl_dog.trackers.declarative import foreign_rules
from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative import parse_rules
from kubectl_dog.tracking.plugins import built_in
from kubectl_dog.tracking.verdict import file_pin
from kubectl_dog.tracking.verdict import foreign_readers
from kubectl_dog.tracking.verdict import ready_when
from kubectl_dog.tracking.verdict import target_options
from kubectl_dog.tracking.verdict.foreign_annotations import apply_foreign
from kubectl_dog.tracking.verdict.foreign_annotations import read_foreign
from kubectl_dog.tracking.verdict.readiness import Subject
from kubectl_dog.tracking.verdict.readiness import check_readiness
from tests.fuzz.drivers import DEFINITION
from tests.unit.builders import container
from tests.unit.builders import controller_revision
from tests.unit.builders import daemon_set
from tests.unit.builders import deployment
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import stateful_set
from tests.unit.builders import view
from tests.unit.checked import node
from tests.unit.checked import obj as served
from tests.unit.checked import workload
from tests.unit.gitops import objects as gitops
from tests.unit.needs import examples
from tests.unit.oddities import ANY
from tests.unit.oddities import OBJECTS
from tests.unit.oddities import SETTINGS
from tests.unit.oddities import misshapen

FEW = settings(SETTINGS, max_examples=examples(20))
TEXT = st.text(max_size=40) | st.sampled_from(('9' * 400, '1e400', '\x00', '٣', '²', '\ud800'))


def condition(kind, status='False'):
    return {'type': kind, 'status': status, 'reason': 'x', 'message': 'm', 'observedGeneration': 1}


CONDITIONS = [condition(kind) for kind in ('Ready', 'Complete', 'Failed', 'Established', 'Denied')]
# The fields that the trackers of all kinds read, whatever the kind.
EVERYTHING = {
    'metadata': {
        'name': 'a',
        'namespace': 'shop',
        'uid': 'u',
        'generation': 2,
        'creationTimestamp': '2026-01-01T00:00:00Z',
        'annotations': {'pv.kubernetes.io/bind-completed': 'yes'},
        'ownerReferences': [{'uid': 'o', 'kind': 'x', 'name': 'y', 'controller': True}],
    },
    'spec': {
        'replicas': 2,
        'suspend': False,
        'schedule': '* * * * *',
        'type': 'LoadBalancer',
        'clusterIP': '10.0.0.1',
        'externalIPs': [],
        'selector': {'app': 'web', 'matchLabels': {'app': 'web'}},
        'resources': {'requests': {'storage': '2Gi'}},
        'storageClassName': 'fast',
        'volumeName': 'v',
        'finalizers': ['kubernetes'],
        'taints': [{'key': 'a', 'effect': 'NoExecute'}],
        'unschedulable': True,
        'hard': {'pods': '3'},
        'persistentVolumeReclaimPolicy': 'Retain',
        'rules': [{'host': 'x'}],
        'updateStrategy': {'type': 'RollingUpdate', 'rollingUpdate': {'partition': 1}},
        'template': {'spec': {'containers': [container()]}},
        'completions': 2,
    },
    'status': {
        'observedGeneration': 2,
        'conditions': CONDITIONS,
        'phase': 'Pending',
        'replicas': 2,
        'readyReplicas': 1,
        'active': [{'name': 'a'}],
        'failed': 1,
        'lastScheduleTime': '2026-01-01T00:00:00Z',
        'loadBalancer': {'ingress': [{'ip': '1.2.3.4'}]},
        'capacity': {'storage': '1Gi'},
        'allocatedResourceStatuses': {'storage': 'ControllerResizeInfeasible'},
        'hard': {'pods': '3'},
        'certificate': '',
        'disruptionsAllowed': 0,
        'currentReplicas': 1,
        'desiredReplicas': 2,
        'containerStatuses': [{'name': 'main', 'state': {'waiting': {'reason': 'x'}}}],
    },
}


def resource_of(kind):
    name, _, group = kind.partition('.')
    return Resource(group, 'v1', f'{name.lower()}s', name, name.lower())


class Everywhere(dict):
    """The same objects for every watch."""

    def __init__(self, objects):
        super().__init__()
        self.objects = objects

    def get(self, watch, default=()):
        return self.objects


# Of the kinds that share a module, one.
KINDS = list({module: kind for kind, module in built_in.TRACKERS.items()}.values())


@pytest.mark.parametrize('kind', KINDS)
@FEW
@given(misshapen(EVERYTHING), misshapen(EVERYTHING, pod(), replica_set()), st.booleans())
def test_the_tracker_of_each_kind(kind, obj, child, is_empty):
    tracker = import_module(built_in.TRACKERS[kind])
    target = Target(resource_of(kind), 'shop', 'a')
    seen = view({} if is_empty else obj, target=target)._replace(
        children_by_owner_uid={'u': (child, pod())}, objects_by_watch=Everywhere((child, obj))
    )
    if hasattr(tracker, 'wants'):
        assert list(tracker.wants(seen)) is not None
    assessed = tracker.assess(seen)
    assert isinstance(assessed, Assessment)
    assert all(isinstance(cause, Cause) for cause in aggregate.causes_of_target(seen, assessed))


NAMED = {'metadata': {'name': 'a', 'namespace': 'shop'}}
POD_FIELDS = {
    'serviceAccountName': 'a',
    'priorityClassName': 'high',
    'imagePullSecrets': [{'name': 'r'}],
    'nodeSelector': {'disk': 'ssd'},
    'tolerations': [{'key': 'a', 'operator': 'Exists'}],
    'affinity': {
        'nodeAffinity': {
            'requiredDuringSchedulingIgnoredDuringExecution': {
                'nodeSelectorTerms': [
                    {'matchExpressions': [{'key': 'a', 'operator': 'Gt', 'values': ['3']}]}
                ]
            }
        }
    },
    'volumes': [
        {'name': 'v', 'persistentVolumeClaim': {'claimName': 'c'}},
        {'name': 'w', 'configMap': {'name': 'c', 'items': [{'key': 'k'}]}},
    ],
}
CONTAINERS = [
    container(
        env=[{'name': 'A', 'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k'}}}],
        envFrom=[{'configMapRef': {'name': 'c'}}],
        resources={'requests': {'cpu': '1', 'memory': '1Gi'}, 'limits': {'cpu': '2'}},
    )
]
BATCH = (
    *(
        workload(kind, pod=POD_FIELDS, containers=CONTAINERS, replicas=3)
        for kind in ('Deployment', 'DaemonSet', 'CronJob', 'Pod')
    ),
    workload('StatefulSet', pod=POD_FIELDS, containers=CONTAINERS, volumeClaimTemplates=[NAMED]),
    served('PersistentVolumeClaim', spec={'storageClassName': 'x', 'volumeMode': 'Block'}),
    served('Ingress', spec={'rules': [{'http': {'paths': [{'backend': {'service': NAMED}}]}}]}),
    served('HorizontalPodAutoscaler', spec={'scaleTargetRef': {'kind': 'Deployment', 'name': 'x'}}),
)
CLUSTER = (
    node(taints=({'key': 'a', 'effect': 'NoSchedule'},), labels={'disk': 'hdd'}),
    served('Namespace', 'shop', labels={'pod-security.kubernetes.io/enforce': 'restricted'}),
    served('ResourceQuota', spec={'hard': {'pods': '1', 'requests.cpu': '1'}}, status={'used': {}}),
    served('LimitRange', spec={'limits': [{'type': 'Container', 'max': {'cpu': '1'}}]}),
    served('StorageClass', 'x', provisioner='kubernetes.io/no-provisioner'),
    served('ConfigMap', 'c', data={'k': 'v'}),
    served('Secret', 's', data={'k': ''}),
    pod(),
)
DRY_RUNS = st.none() | st.builds(
    DryRun,
    st.sampled_from((200, 201, 400, 403, 409, 422, 500)),
    TEXT,
    st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    TEXT,
)


@FEW
@given(
    st.lists(misshapen(*BATCH), min_size=1, max_size=3),
    st.lists(misshapen(*CLUSTER), max_size=4).map(tuple),
    st.sampled_from(('found', 'missing', 'denied', 'failed')),
    DRY_RUNS,
)
def test_all_checks(objects, cluster, status, dry_run):
    entries = [
        Entry(Target(resource_of(str(original['kind'])), 'shop', 'web'), obj)
        for obj, original in zip(objects, BATCH)
    ]
    batch, answers = Batch(entries), {}
    runs = {} if dry_run is None else {entries[0].target: dry_run}
    for _ in range(12):
        result = run_checks(batch, answers, runs)
        if not result.lookups:
            break
        objects_of = dict.fromkeys(result.lookups, Answer(status, cluster))
        answers.update(objects_of)
    assert all(isinstance(text, str) for _, text in result.notices)
    assert not result.lookups


@FEW
@given(misshapen({'status': {'resourceRules': [{'verbs': ['get'], 'resources': ['*']}]}}) | OBJECTS)
def test_reviews_of_rights(review):
    entries = [Entry(Target(resource_of('Deployment.apps'), 'shop', 'web'), BATCH[0])]
    needed = rights.needed_rights(entries)
    assert set(rights.ungranted_rights(needed, review)) <= set(needed)
    assert rights.is_denied(review) in (True, False)
    assert rights.is_complete(review) in (True, False)


APPLICATIONS = (
    (
        gitops.APPLICATIONS,
        {
            **gitops.application(gitops.OURS),
            'status': {
                'sync': {'status': 'Synced', 'revision': gitops.OURS, 'revisions': [gitops.OLD]},
                'operationState': {'phase': 'Failed', 'syncResult': {'revision': gitops.OURS}},
                'history': [{'revision': gitops.OLD}, {'revisions': [gitops.OLD]}],
                'conditions': [condition('SyncError')],
                'resources': [{'kind': 'x', 'name': 'y', 'version': 'v1'}],
            },
        },
    ),
    (gitops.KUSTOMIZATIONS, gitops.kustomization(gitops.OLD, gitops.OURS, objects=('a_b_c_d',))),
    (
        gitops.HELM_RELEASES,
        {
            **gitops.kustomization(gitops.OLD),
            'status': {
                'history': [{'name': 'a', 'namespace': 'b', 'chartVersion': '1', 'status': 'x'}],
                'lastAttemptedRevision': '1.2.3',
            },
        },
    ),
)


@FEW
@given(st.data(), st.sampled_from(APPLICATIONS), TEXT)
def test_applications_of_gitops(data, application, text):
    resource, original = application
    seen = revision_state.NOTHING_SEEN
    for _ in range(2):
        obj = data.draw(misshapen(original))
        facts = revision_state.read_facts(obj, resource)
        for expected in (gitops.OURS, 'sha256:' + 'a' * 64, 'main@sha1:' + gitops.OLD, text):
            try:
                revision = parse_revision(expected)
            except UserError:
                continue
            stage = revision_state.revision_state(facts, revision, seen).stage
            assert isinstance(stage, revision_state.Stage)
        seen = revision_state.advance_seen(seen, facts)
        managed = inventory.managed_objects(obj, resource).inventory
        assert managed is None or all(len(entry) == 4 for entry in managed.objects)


FILES = (
    deployment(),
    pod(),
    {**manifest('Lamp', spec={'a': [{'name': 'x', 'b': 1}], 'c': '1Gi'}), 'apiVersion': 'x.io/v1'},
    {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'a'}, 'data': {'a': 'b'}},
)
OWNERS = {
    'managedFields': [
        {
            'manager': 'kubectl',
            'operation': 'Apply',
            'fieldsV1': {'f:spec': {'f:replicas': {}, 'k:{"name":"x"}': {'.': {}}}},
        }
    ],
    'annotations': {
        'kubectl.kubernetes.io/last-applied-configuration': '{"spec": {"replicas": 2}}'
    },
}


@FEW
@given(misshapen(*FILES), st.data(), misshapen(OWNERS))
def test_files_are_compared_with_live_objects(wanted, data, owners):
    live = data.draw(misshapen(*FILES, wanted))
    if isinstance(live.get('metadata'), dict):
        live = {**live, 'metadata': {**live['metadata'], **owners}}
    for first, second in ((wanted, live), (live, wanted), (wanted, wanted)):
        file_differences.find_differences(first, second)
        differences = unapplied_fields.unapplied_fields(first, second)
        entries = unapplied_fields.describe(first, second, differences)
        for was_met in (True, False):
            text, _ = file_pin.check_file({FILE_DIFFERENCES: entries}, ['main=x:1'], was_met)
            assert isinstance(text, str)
        file_differences.cut(first, second)
    assert file_differences.find_differences(wanted, wanted) == []


@FEW
@given(ANY, ANY, st.lists(st.text(max_size=4), min_size=1, max_size=3), TEXT)
def test_values_are_compared(wanted, live, names, text):
    for path in (names, ['cpu'], ['spec', 'replicas'], ['data', 'a']):
        assert equal_values.is_same(path, wanted, live) in (True, False)
        assert equal_values.is_same(path, wanted, wanted)
    equal_values.quantity(text)
    assert images.normal_image(text) is not None
    assert images.may_be_rewritten(text, text) in (True, False)


KEYS = (*foreign_readers.READERS, 'helm.sh/readiness-success', 'helm.sh/readiness-failure')
OWN = [f'kubectl-dog.github.io/{name.replace("_", "-")}' for name in Options._fields]
VALUES = TEXT | st.sampled_from(
    ('true', '10m', 'PT1H', '["{.a} == \\"b\\""]', '[{"path": "$.a", "value": 1}]', '[]', '{}', '5')
)


@FEW
@given(st.dictionaries(st.sampled_from((*KEYS, *OWN)), VALUES | ANY, max_size=5), OBJECTS)
def test_annotations_are_options(annotations, status):
    obj = {'metadata': {'name': 'a', 'annotations': annotations}, 'status': status}
    foreign = read_foreign(obj)
    assert isinstance(apply_foreign(view(obj), Assessment(State.READY), foreign), Assessment)
    own = target_options.read_target_options(Options(), obj)
    assert all(isinstance(text, str) for text in own.notices)
    subject = Subject(view(obj), Assessment(State.READY), own.options, foreign=own.foreign)
    assert isinstance(check_readiness(subject, 0.0).assessed, Assessment)


MESSAGES = (
    'pods "x" is forbidden: exceeded quota: a, requested: cpu=1, used: cpu=1, limited: cpu=1',
    'admission webhook "a.b" denied the request: no',
    'failed calling webhook "a": failed to call webhook: Post "https://x.y.svc:443/z": refused',
    'pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged (x)',
    'error looking up service account ns/a: serviceaccount "a" not found',
    'no PriorityClass with name urgent was found',
    "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
    '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}.',
)


@FEW
@given(
    st.sampled_from(MESSAGES),
    TEXT,
    st.integers(0, 90),
    st.lists(misshapen(*CLUSTER), min_size=1, max_size=2),
)
def test_refusals_and_their_lookups(message, text, place, objects):
    message = message[:place] + text + message[place:]
    refusal = admission_errors.parse_admission_error(message)
    answer = Answer('found', tuple(objects))
    cause = admission_lookups.with_lookup(view(), Cause('CreateFailed', '', '', ''), refusal)
    answers = dict.fromkeys(cause.lookups, answer)
    cause = admission_lookups.with_lookup(view(answers=answers), cause, refusal)
    assert all(isinstance(line, str) for line in cause.evidence)
    assert all(isinstance(line, str) for line in node_fit.describe_nodes(objects, {}, message))
    secret = secret_providers.with_provider(view(answers=answers), cause, 'a')
    assert isinstance(secret, Cause)


@FEW
@given(misshapen(pod(), *CLUSTER, *BATCH), TEXT, st.lists(misshapen(*CLUSTER), max_size=3))
def test_amounts_and_nodes(obj, text, nodes):
    assert isinstance(quantities.requested(obj, 'cpu'), str)
    assert isinstance(quantities.format_amount(quantities.value(text), 'memory'), str)
    assert all(isinstance(line, str) for line in node_fit.describe_nodes(nodes, obj, MESSAGES[-1]))
    assert isinstance(secret_providers.created_secret(obj), str)


UIDS = [obj['metadata']['uid'] for obj in (deployment(), stateful_set(), daemon_set())] + ['rs-2']


@FEW
@given(misshapen(deployment(), stateful_set(), daemon_set()), st.data())
def test_workloads_behind_another_target(obj, data):
    revision = data.draw(misshapen(replica_set(), controller_revision(2, 'b', 'statefulset-web')))
    child_workload.workload_watches(obj)
    children = (revision, pod(), pod(owner='rs-2'))
    owners = {uid: children for uid in UIDS}
    seen = view(obj)._replace(children_by_owner_uid=owners)
    seen = child_workload.read_workload(seen, obj)
    assert isinstance(seen.waits_for, str)


@FEW
@given(misshapen(DEFINITION), TEXT)
def test_definitions(definition, word):
    evidence = crd_evidence.read_evidence(definition, 'x.example.com/v1')
    assert all(len(value) == 3 for value in crd_evidence.known_values(evidence))
    crd_evidence.listed_conditions(evidence)
    for path in (('phase',), ('a', 'b')):
        crd_evidence.is_classification(evidence, path)
        crd_evidence.meaning_of(evidence, path, word)
    assert condition_roles.role(word) in condition_roles.Role
    condition_roles.is_listed(word)
    condition_roles.is_bad_for_object(word)


EXPRESSIONS = (
    '(a|b)*c', r'\d{1,3}\.x', '^[a-z]+$', '(?i)error', 'a{2,}', '[[:alpha:]]', r'\pL', '(?P<n>x)',
    '(a+)+$', 'x{1000}', '(?s).*', r'\bword\b', '(?:a|ab)(?:c|bcd)', '(?<=a)b', r'(a)\1', '[^]a]',
)  # fmt: skip


@FEW
@given(st.sampled_from(EXPRESSIONS), st.text('(){}[]|*+?.\\^$a1,:P<=!-', max_size=6), TEXT)
def test_expressions_of_users(pattern, more, text):
    for expression in (pattern + more, more + pattern, more):
        try:
            safe_regex.matcher(expression)(text)
            assert isinstance(go_regex.for_all(go_regex.regex(Field(expression))), str)
        except UserError as error:
            assert str(error)


CONDITIONS_FOR = ('condition=Ready', 'jsonpath={.status.a}=b', "jsonpath='{.a[0]}'", 'delete')


@FEW
@given(st.sampled_from(CONDITIONS_FOR), TEXT, st.integers(0, 20), OBJECTS)
def test_texts_of_users(condition_text, text, place, obj):
    for value in (text, condition_text[:place] + text + condition_text[place:]):
        for parse in (
            lambda value: ready_when.unmet_condition(value, obj),
            selectors.parse,
            times.parse_duration,
            lambda value: jsonpath.values(jsonpath.parse(value), obj),
            foreign_rules.parse_iso_duration,
            lambda value: foreign_rules.helm_rule(value, value),
            lambda value: foreign_rules.krane_rule(value, value),
        ):
            try:
                parse(value)
            except (UserError, ValueError) as error:
                assert str(error)
        times.epoch(value)


RULE = {
    'group': 'x.example.com',
    'kind': 'Lamp',
    'ready': {'all': [{'condition': 'Ready'}, {'path': 'status.a', 'is': ['b']}]},
    'failed': {'any': [{'path': 'status.phase', 'is': 'Bad', 'for': '30s'}]},
    'paused': {'path': 'spec.paused', 'is': 'true'},
    'stall_timeout': '5m',
    'stable_for': '10s',
    'message': 'status.message',
    'children': {'pods': {'owner': 'x'}},
}


@FEW
@given(misshapen(RULE) | OBJECTS)
def test_rules(document):
    try:
        parse_rules.parse_rules(document, 'rules.yaml')
    except UserError as error:
        assert str(error).startswith('rules.yaml')


SOURCES = (
    'kind: Deployment\nspec:\n  template:\n    spec:\n      containers: [{name: main, image: a}]\n'
    '      volumes: [{configMap: {name: c}}]\n',
    '{"kind": "Pod", "spec": {"containers": [{"name": "main", "env": [{"valueFrom": '
    '{"secretKeyRef": {"name": "c", "key": "k"}}}]}]}}',
)
CODES = ('ImageNotFound', 'SecretMissing', 'KeyMissing', 'ConfigMapMissing', 'NotReady', 'Other')


@FEW
@given(st.sampled_from(SOURCES), TEXT, st.integers(0, 120), st.sampled_from(CODES))
def test_lines_of_manifests(source, text, place, code):
    for document in line_nodes.parse(source[:place] + text + source[place:]):
        field = cause_fields.find_field(document, Cause(code, '', 'main', 'c'), str.__eq__)
        assert field.line >= 1


@FEW
@given(ANY)
def test_fields_have_a_type_and_a_size(value):
    for read in (Field.whole, Field.number, Field.text, Field.flag, Field.items, Field.duration):
        try:
            read(Field(value, 'file'))
        except FieldError as error:
            assert str(error).startswith('file')


@pytest.mark.parametrize('value', (10**400, -(10**40), 1e308, float('inf'), float('nan')))
def test_numbers_are_bounded(value):
    with pytest.raises(FieldError, match='must be a number of at most 15 digits'):
        Field(value, 'file').number()
