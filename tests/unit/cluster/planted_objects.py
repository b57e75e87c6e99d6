"""Objects with a secret in every place that may have one, each with its own marker."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import time

from kubectl_dog.model.times import format_timestamp

_numbers = itertools.count(100)
# The marker of each place.
MARKERS = {}


def secret(place):
    """The marker of a place: characters that need no escapes, and stay in base64 as a text."""
    if place not in MARKERS:
        MARKERS[place] = f'q{next(_numbers)}xPlantedZz97'
    return MARKERS[place]


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def leaks(content):
    """The places of which the marker is in bytes, as it is or in base64."""
    return sorted(place for place, marker in MARKERS.items() if _holds(content, marker.encode()))


def _holds(content, marker):
    # In base64, a group of four characters is three bytes, wherever the marker begins.
    in_base64 = (base64.b64encode(marker[shift : shift + 12]) for shift in range(3))
    return marker in content or any(text in content for text in in_base64)


def ago(seconds):
    return format_timestamp(time.time() - seconds)


def _meta(name, **more):
    return {
        'name': name,
        'namespace': 'shop',
        'uid': f'uid-{name}',
        'resourceVersion': '5',
        'generation': 2,
        'creationTimestamp': ago(50),
        **more,
    }


def _owned(kind, name):
    return [
        {
            'apiVersion': 'apps/v1',
            'kind': kind,
            'name': name,
            'uid': f'uid-{name}',
            'controller': True,
        }
    ]


def template(version):
    """A pod template; that of each version has other secrets."""
    at = f'template {version}: '
    applied = {'spec': {'env': [{'name': 'A', 'value': secret(f'{at}last-applied')}]}}
    probe = {
        'exec': {'command': ['ping', '--password', secret(f'{at}probe')]},
        'failureThreshold': 3,
        'periodSeconds': 10,
    }
    http = {
        'path': f'/up?token={secret(f"{at}probe path")}',
        'port': 8080,
        'httpHeaders': [{'name': 'X-Custom', 'value': secret(f'{at}probe header')}],
    }
    container = {
        'name': 'main',
        'image': f'https://app:{secret(f"{at}image")}@registry.test/web:{version}',
        'command': [
            'sh',
            '-c',
            f'PASSWORD={secret(f"{at}script")} login --token {secret(f"{at}flag in a script")}',
        ],
        'args': [
            '--password',
            secret(f'{at}argument after a flag'),
            f'--api-key={secret(f"{at}argument")}',
            f'--dsn=postgres://app:{secret(f"{at}url")}@db:5432/shop',
            f'-H=Authorization: Bearer {secret(f"{at}bearer")}',
        ],
        'env': [
            {'name': 'DB_PASSWORD', 'value': secret(f'{at}secret variable')},
            {'name': 'PLAIN', 'value': secret(f'{at}variable')},
            {'name': 'DATABASE_URL', 'value': f'postgres://a:{secret(f"{at}url variable")}@db/x'},
            {'name': 'FROM', 'valueFrom': {'secretKeyRef': {'name': 'db', 'key': 'password'}}},
        ],
        'livenessProbe': probe,
        'readinessProbe': {'httpGet': http},
    }
    annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': json.dumps(applied),
        'deploy.test/manifest': f'password: {secret(f"{at}annotation")}',
        'kubernetes.io/change-cause': f'kubectl set env web --token={secret(f"{at}change cause")}',
    }
    return {
        'metadata': {'labels': {'app': 'web'}, 'annotations': annotations},
        'spec': {'restartPolicy': 'Always', 'containers': [container]},
    }


def _deployment(name, version, **status):
    filled = template(version)
    return {
        'apiVersion': 'apps/v1',
        'kind': 'Deployment',
        'metadata': _meta(
            name,
            annotations={
                'deployment.kubernetes.io/revision': str(version),
                **filled['metadata']['annotations'],
            },
        ),
        'spec': {'replicas': 1, 'selector': {'matchLabels': {'app': name}}, 'template': filled},
        'status': {'observedGeneration': 2, **status},
    }


def _replica_set(name, version, replicas):
    return {
        'apiVersion': 'apps/v1',
        'kind': 'ReplicaSet',
        'metadata': _meta(
            name,
            annotations={'deployment.kubernetes.io/revision': str(version)},
            ownerReferences=_owned('Deployment', 'web'),
            labels={'app': 'web'},
        ),
        'spec': {
            'replicas': replicas,
            'selector': {'matchLabels': {'app': 'web'}},
            'template': template(version),
        },
        'status': {'replicas': replicas, 'readyReplicas': 0, 'availableReplicas': 0},
    }


def _pod(name, container_status):
    filled = template(2)
    return {
        'apiVersion': 'v1',
        'kind': 'Pod',
        'metadata': _meta(
            name, ownerReferences=_owned('ReplicaSet', 'web-2'), **filled['metadata']
        ),
        'spec': filled['spec'],
        'status': {
            'phase': 'Running',
            'conditions': [{'type': 'Ready', 'status': 'False', 'lastTransitionTime': ago(40)}],
            'containerStatuses': [
                {'name': 'main', 'ready': False, 'restartCount': 4, **container_status}
            ],
        },
    }


def _event(number, reason, message):
    return {
        'apiVersion': 'v1',
        'kind': 'Event',
        'metadata': _meta(f'event-{number}'),
        'type': 'Warning',
        'reason': reason,
        'message': message,
        'count': 3,
        'lastTimestamp': ago(5),
        'firstTimestamp': ago(40),
        'involvedObject': {
            'apiVersion': 'v1',
            'kind': 'Pod',
            'namespace': 'shop',
            'name': 'web-2-a',
            'uid': 'uid-web-2-a',
            'fieldPath': 'spec.containers{main}',
        },
    }


def _secret(title, kind, data, **labels):
    return {
        'apiVersion': 'v1',
        'kind': 'Secret',
        'type': kind,
        'data': data,
        'metadata': _meta(title, labels=labels),
    }


def _release():
    manifest = _deployment('web', 2)
    manifest['spec']['template']['spec']['containers'][0]['env'][0]['value'] = secret(
        'helm manifest'
    )
    release = {
        'manifest': json.dumps(manifest),
        'config': {'password': secret('helm values')},
        'info': {'status': 'deployed'},
    }
    return encoded(base64.b64encode(gzip.compress(json.dumps(release).encode())).decode())


def _database():
    return {
        'apiVersion': 'test.dev/v1',
        'kind': 'Database',
        'metadata': _meta('db'),
        'spec': {
            'adminPassword': secret('custom password'),
            'auth': {'authToken': secret('custom token')},
            'config': [
                {'apiKey': secret('custom key'), 'credentials': {'deep': [secret('custom nested')]}}
            ],
            'headers': [
                {'name': 'X-Custom', 'value': secret('custom header')},
                f'X-A: {secret("custom header text")}',
            ],
            'env': {'PLAIN': secret('custom variable')},
            'parameters': [{'name': 'db.password', 'value': secret('custom parameter')}],
            'values': f'db:\n  password: {secret("custom values")}\n  host: db\n',
        },
        'status': {
            'observedGeneration': 2,
            'conditions': [
                {
                    'type': 'Ready',
                    'status': 'False',
                    'reason': 'NoConnection',
                    'lastTransitionTime': ago(45),
                    'message': f'no answer of postgres://app:{secret("custom message")}@db:5432/x',
                }
            ],
        },
    }


def objects():
    """The objects of the cluster, by collection."""
    started = {'startedAt': ago(9), 'finishedAt': ago(8), 'exitCode': 1, 'reason': 'Error'}
    crashed = {
        'state': {
            'waiting': {
                'reason': 'CrashLoopBackOff',
                'message': f'back-off of "run --token {secret("back-off")}"',
            }
        },
        'lastState': {
            'terminated': {**started, 'message': f'{{"password": "{secret("termination")}"}}'}
        },
    }
    image = f'https://app:{secret("template 2: image")}@registry.test/web:2'
    invalid = {
        'state': {
            'waiting': {'reason': 'InvalidImageName', 'message': f'couldn\'t parse image "{image}"'}
        }
    }
    probe = f'command "ping --password {secret("template 2: probe")}" timed out'
    ready = {'replicas': 1, 'updatedReplicas': 1, 'readyReplicas': 1, 'availableReplicas': 1}
    return {
        '/apis/apps/v1/deployments': [
            _deployment('web', 2, replicas=1, updatedReplicas=1, unavailableReplicas=1),
            _deployment('good', 2, **ready),
        ],
        '/apis/apps/v1/replicasets': [_replica_set('web-1', 1, 0), _replica_set('web-2', 2, 1)],
        '/api/v1/pods': [_pod('web-2-a', crashed), _pod('web-2-b', invalid)],
        '/api/v1/events': [
            _event(1, 'Unhealthy', f'Liveness probe failed: {probe}'),
            _event(2, 'Failed', f'Failed to pull image "{image}": denied'),
            _event(3, 'BackOff', 'Back-off restarting failed container main'),
        ],
        '/api/v1/secrets': [
            _secret('db', 'Opaque', {'password': encoded(secret('secret data'))}),
            _secret(
                'pull',
                'kubernetes.io/dockerconfigjson',
                {
                    '.dockerconfigjson': encoded(
                        json.dumps({'auths': {'r': {'auth': encoded(secret('docker config'))}}})
                    ),
                },
            ),
            _secret(
                'sh.helm.release.v1.web.v1',
                'helm.sh/release.v1',
                {'release': _release()},
                owner='helm',
                name='web',
                version='1',
                status='deployed',
            ),
        ],
        '/api/v1/configmaps': [
            {
                'apiVersion': 'v1',
                'kind': 'ConfigMap',
                'metadata': _meta('settings'),
                'data': {'PASSWORD': secret('config map'), 'app.ini': secret('config map file')},
            }
        ],
        '/apis/test.dev/v1/databases': [_database()],
        '/api/v1/namespaces': [
            {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'shop', 'uid': 'n'}}
        ],
    }
