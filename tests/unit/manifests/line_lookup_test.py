from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog import target_resolution
from kubectl_dog.manifests import line_lookup
from kubectl_dog.manifests import line_nodes
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from tests.unit import ci

WEB = Target(DEPLOYMENTS, 'shop', 'web')
MANIFEST = """\
# The shop
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  progressDeadlineSeconds: 60
  template:
    spec:
      serviceAccountName: robot
      priorityClassName: high
      nodeSelector: {disk: ssd}
      affinity: {}
      tolerations: []
      securityContext: {runAsNonRoot: true}
      initContainers:
      - name: wait
        image: wait:1
        command: [wait]
      containers:
      - name: web
        image: web:1
        envFrom:
        - configMapRef:
            name: web-config
        - secretRef: {name: web-secret}
        env:
        - name: KEY
          valueFrom:
            configMapKeyRef:
              name: other
              key: colour
        - name: TOKEN
          valueFrom:
            secretKeyRef: {name: tokens,
              key: colour}
        resources:
          limits:
            memory: 64Mi
        livenessProbe: {}
        readinessProbe: {}
        startupProbe: {}
        lifecycle:
          postStart: {}
      - image: proxy:1
        name: proxy
      volumes:
      - name: data
        persistentVolumeClaim:
          claimName: web-data
      - name: scratch
        hostPath: {path: /x}
      - name: certificates
        projected:
          sources:
          - secret:
              name: certificates
              items:
              - key: tls.crt
"""
LINES = MANIFEST.splitlines()


def cause(code, subject, message=''):
    return Cause(code, '', subject, message)


def line_of(folder, cause_, target=WEB, text=MANIFEST, name='web.yaml'):
    """The line that a cause leads to, as text; empty if there is none."""
    path = folder / name
    path.write_text(text, encoding='utf-8')
    lines = target_resolution.find_lines([(target, cause_)], [str(path)])
    if not lines:
        return ''
    place = lines[target, cause_]
    assert place.path == str(path)
    return text.splitlines()[place.line - 1].strip()


@pytest.mark.parametrize(
    ('cause_', 'line'),
    (
        (None, 'apiVersion: apps/v1'),
        (cause('ImageNotFound', 'web'), 'image: web:1'),
        (cause('ImageNotFound', 'proxy'), '- image: proxy:1'),
        (cause('ImageUnauthorized', 'wait'), 'image: wait:1'),
        (cause('ImageNeverPull', 'web'), 'image: web:1'),
        (cause('ConfigMapMissing', 'web-config'), 'name: web-config'),
        (cause('ConfigMapMissing', 'other'), 'name: other'),
        (cause('ConfigMapMissing', 'unknown'), 'apiVersion: apps/v1'),
        (cause('SecretMissing', 'web-secret'), '- secretRef: {name: web-secret}'),
        (cause('SecretMissing', 'volume/certificates'), 'name: certificates'),
        (cause('KeyMissing', 'other/colour'), 'key: colour'),
        (cause('KeyMissing', 'tokens/colour'), 'key: colour}'),
        (cause('KeyMissing', 'volume/tls.crt'), '- key: tls.crt'),
        (cause('OOMKilled', 'web'), 'memory: 64Mi'),
        (cause('OOMKilled', 'proxy'), '- image: proxy:1'),
        (cause('LivenessProbeFailed', 'web'), 'livenessProbe: {}'),
        (cause('StartupProbeFailed', 'web'), 'startupProbe: {}'),
        (cause('NotReady', 'web'), 'readinessProbe: {}'),
        (cause('PostStartHook', 'web'), 'postStart: {}'),
        (cause('CommandNotFound', 'wait'), 'command: [wait]'),
        (cause('CommandNotFound', 'web'), '- name: web'),
        (cause('CrashLoop', 'web'), '- name: web'),
        (cause('CrashLoop', 'unknown'), 'apiVersion: apps/v1'),
        (cause('RunAsNonRoot', 'web'), 'securityContext: {runAsNonRoot: true}'),
        (cause('QuotaExceeded', 'q', 'allows pods 3'), 'replicas: 3'),
        (cause('QuotaExceeded', 'q', 'allows memory 1Gi'), 'resources:'),
        (cause('LimitRange', 'q', 'maximum'), 'resources:'),
        (cause('VolumeMissing', 'web-data'), 'claimName: web-data'),
        (cause('PVCPending', 'web-data'), 'claimName: web-data'),
        (cause('MountFailed', 'scratch'), '- name: scratch'),
        (cause('MountFailed', 'volumes'), 'apiVersion: apps/v1'),
        (cause('ServiceAccountMissing', 'robot'), 'serviceAccountName: robot'),
        (cause('PriorityClassMissing', 'high'), 'priorityClassName: high'),
        (cause('ProgressDeadlineExceeded', 'pods'), 'progressDeadlineSeconds: 60'),
        (cause('Unschedulable', 'node', '3 Insufficient cpu'), 'resources:'),
        (cause('Unschedulable', 'node', 'node affinity/selector'), 'affinity: {}'),
        (cause('Unschedulable', 'node', 'untolerated taint'), 'tolerations: []'),
        (cause('Unschedulable', 'node', 'too many pods'), 'apiVersion: apps/v1'),
    ),
)
def test_line_of_a_cause(tmp_path, cause_, line):
    assert line_of(tmp_path, cause_) == line


def test_claim_of_a_statefulset_is_in_its_templates(tmp_path):
    text = (
        'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n'
        '  volumeClaimTemplates:\n  - metadata: {name: data}\n'
        '  template: {spec: {containers: [{name: db}]}}\n'
    )
    target = Target(STATEFULSETS, 'shop', 'db')
    cause_ = cause('PVCPending', 'data-db-0')
    assert line_of(tmp_path, cause_, target, text) == '- metadata: {name: data}'


@pytest.mark.parametrize(
    ('target', 'text', 'line'),
    (
        (
            Target(JOBS, 'shop', 'job'),
            'apiVersion: batch/v1\nkind: Job\nmetadata: {name: job}\nspec:\n  backoffLimit: 1\n',
            'backoffLimit: 1',
        ),
        (
            Target(Resource('', 'v1', 'pods', 'Pod', 'po'), 'shop', 'one'),
            'apiVersion: v1\nkind: Pod\nmetadata: {name: one}\n'
            'spec:\n  containers:\n  - name: web\n',
            '- name: web',
        ),
        (
            WEB,
            '{"apiVersion": "v1", "kind": "List", "items": [{"kind": "X"},\n'
            '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}]}',
            '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}]}',
        ),
        (WEB, MANIFEST.replace('  name: web\n', '  name: web\n  namespace: other\n', 1), ''),
        (WEB, MANIFEST.replace('apps/v1', 'acme.io/v1'), ''),
        (WEB, MANIFEST.replace('name: web\nspec', 'name: web-2\nspec'), ''),
        (WEB, 'a: {', ''),
    ),
)
def test_line_in_other_documents(tmp_path, target, text, line):
    code = 'BackoffLimitExceeded' if target.name == 'job' else 'CrashLoop'
    assert line_of(tmp_path, cause(code, 'web'), target, text) == line


def test_lines_of_anchors_are_where_they_are_written(tmp_path):
    text = (
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nx: &base\n  image: web:1\n'
        'spec:\n  template:\n    spec:\n      containers:\n      - <<: *base\n        name: web\n'
    )
    assert line_of(tmp_path, cause('ImageNotFound', 'web'), text=text) == 'image: web:1'
    text = text.replace('<<: *base', '<<: [*base, {image: no}]')
    assert line_of(tmp_path, cause('ImageNotFound', 'web'), text=text) == 'image: web:1'


def test_what_is_not_on_disk_has_no_lines(tmp_path):
    names = ['-', 'https://web.example/web.yaml', str(tmp_path / 'nowhere.yaml'), str(tmp_path)]
    assert target_resolution.find_lines([(WEB, None)], names) == {}


def test_directories_are_read_as_for_targets(tmp_path):
    folder = tmp_path / 'deeper'
    folder.mkdir()
    (folder / 'web.yml').write_text(MANIFEST, encoding='utf-8')
    (tmp_path / 'notes.yaml').write_text('a: b')
    assert target_resolution.find_lines([(WEB, None)], [str(tmp_path)]) == {}
    lines = target_resolution.find_lines([(WEB, None)], [str(tmp_path)], recursive=True)
    assert lines == {(WEB, None): (str(folder / 'web.yml'), 6)}


@pytest.mark.parametrize(
    ('name', 'limit'), (('MAX_FILE_SIZE', 9), ('MAX_SIZE', 9), ('MAX_FILES', 0))
)
def test_reading_is_limited(tmp_path, monkeypatch, name, limit):
    monkeypatch.setattr(line_lookup, name, limit)
    assert line_of(tmp_path, None) == ''


def test_a_file_of_too_many_events_has_the_lines_of_its_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr(line_nodes, 'MOST_EVENTS', 10)
    assert line_of(tmp_path, None) == ''
    assert len(line_nodes.parse('a: b')) == 1


@pytest.mark.parametrize('text', ('[' * 10_000, '- ' * 5_000, '? ' * 5_000, '{a: ' * 5_000))
def test_deep_nesting_is_no_document(text):
    assert line_nodes.parse(text) == []


@ci.SETTINGS
@given(
    st.lists(
        st.sampled_from(
            (
                'a',
                ': ',
                '\n',
                '  ',
                '- ',
                '&x ',
                '*x',
                '<<: ',
                '{',
                '}',
                '[',
                ']',
                '---\n',
                '"',
                '#',
            )
        ),
        max_size=30,
    ).map(''.join)
    | st.text(max_size=30)
)
def test_no_text_makes_parsing_fail(text):
    for node in line_nodes.parse(text):
        assert 1 <= node.line <= text.count('\n') + 3
        list(node.mappings())


@pytest.mark.parametrize('is_endless', (True, False))
def test_lists_in_lists_are_read_once(tmp_path, is_endless):
    # Otherwise a list in itself has no end, and the other one has 2 ** 39 documents.
    nested = '{kind: List, items: &b0 [{kind: x}]}'
    for depth in range(1, 40):
        again = f'{{kind: List, items: *b{depth - 1}}}'
        nested = f'{{kind: List, items: &b{depth} [{nested}, {again}]}}'
    endless = '{kind: List, items: &a [{kind: List, items: *a}]}'
    text = f'kind: List\nitems:\n- {endless if is_endless else nested}\n---\n{MANIFEST}'
    assert line_of(tmp_path, None, text=text) == 'apiVersion: apps/v1'


def test_long_lists_are_read_in_linear_time():
    node = line_nodes.Node(1, {'kind': line_nodes.Node(1, 'List')})
    node.value['items'] = line_nodes.Node(1, [line_nodes.Node(1, '')] * 200_000)
    started = time.process_time()
    assert len(list(line_lookup._objects([node]))) == 200_000
    assert time.process_time() - started < 2


def test_an_alias_in_its_own_anchor_ends():
    (node,) = line_nodes.parse('&x {a: *x, b: [*x, *x]}')
    assert len(list(node.mappings())) >= 1


def kustomized(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


def built(folder, target, cause_):
    lines = target_resolution.find_lines([(target, cause_)], [], directory=str(folder / 'prod'))
    if not lines:
        return None
    place = lines[target, cause_]
    line = (folder / place.path).read_text(encoding='utf-8').splitlines()[place.line - 1]
    return place.path[len(str(folder)) + 1 :].replace('\\', '/'), line.strip()


BASE = {
    'base/kustomization.yaml': 'resources: [web.yaml]\nnamespace: shop\n',
    'base/web.yaml': MANIFEST,
    'prod/kustomization.yml': (
        'resources:\n- ../base\n- ../prod\n- https://web.example/x.yaml\nimages:\n'
        '- name: web\n  newTag: "2"\n- name: other\n'
    ),
}


@pytest.mark.parametrize(
    ('name', 'cause_', 'place'),
    (
        ('web', cause('CrashLoop', 'web'), ('base/web.yaml', '- name: web')),
        ('eu-web-2', cause('CrashLoop', 'web'), ('base/web.yaml', '- name: web')),
        ('api', None, None),
        ('web', cause('ImageNotFound', 'web'), ('prod/kustomization.yml', 'newTag: "2"')),
        ('web', cause('ImageNotFound', 'proxy'), ('base/web.yaml', '- image: proxy:1')),
        (
            'web',
            cause('ConfigMapMissing', 'web-config-7h2k9'),
            ('base/web.yaml', 'name: web-config'),
        ),
    ),
)
def test_lines_of_files_that_kustomize_builds_from(tmp_path, name, cause_, place):
    kustomized(tmp_path, BASE)
    assert built(tmp_path, WEB._replace(name=name), cause_) == place


def test_two_documents_that_kustomize_may_have_renamed_have_no_line(tmp_path):
    twice = MANIFEST.replace('name: web\nspec', 'name: we\nspec')
    kustomized(tmp_path, {**BASE, 'base/web.yaml': f'{MANIFEST}---\n{twice}'})
    assert built(tmp_path, WEB._replace(name='web-2'), None) is None


@pytest.mark.parametrize(
    ('image', 'repository'),
    (
        ('web', 'web'),
        ('web:1', 'web'),
        ('registry:5000/web', 'registry:5000/web'),
        ('registry:5000/web:1@sha256:1', 'registry:5000/web'),
    ),
)
def test_repository_of_an_image(image, repository):
    assert line_lookup._repository(image) == repository
