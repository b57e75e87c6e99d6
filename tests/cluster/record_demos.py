"""Record the demos that ship with the program: python -m tests.cluster.record_demos [NAME...]

Each is a real rollout on the test cluster (`python -m tests.cluster up`), recorded by the plugin
through kubectl. Then only names and addresses of this machine are replaced (see `scrub`).
"""

from __future__ import annotations

import json
import re
import socket
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kubectl_dog import recording

from . import manifests
from .harness import settings
from .harness.cluster import Cluster
from .harness.paths import default_state
from .harness.registry import Registry
from .stage import opened

FOLDER = Path(recording.__file__).parent / 'demo'
NODE = 'node-4'
REGISTRY = 'registry.example'
LARGEST = 600_000

# It never fails, because each failure would be one more change of its pod.
WARM = {'exec': {'command': ['true']}, 'initialDelaySeconds': 3, 'periodSeconds': 1}
SERVE = f'echo "listening on :8080"; {manifests.RUN}'


class Images:
    """Image names in registries of our own; each version has one, and so an image id, of its own.

    containerd 1.6 forgets the older of two names for one id.
    """

    def __init__(self):
        self._started = []

    def __call__(self, name, mode='ok'):
        self._started.append(Registry(mode).start())
        return f'127.0.0.1:{self._started[-1].port}/{name}'

    def close(self):
        """Ends the registries."""
        for registry in self._started:
            registry.close()


def good(stage, image):
    """a rolling update of three replicas, with its logs, until it is ready"""

    script = (
        'echo "listening on :8080"',
        'sleep 2',
        'echo "cache warm, 1024 entries in 1.97 s"',
        manifests.RUN,
    )

    def web(version):
        return _deployment('web', '; '.join(script), image(f'shop/web:{version}'))

    _previous(stage, web('1.4.1'))
    stage.apply(web('1.4.2'))
    return ['deploy/web'], 0


def crash_loop(stage, image):
    """an update whose new pods crash while the old revision still serves"""

    script = (
        'echo "ledger starting"',
        'echo "connected to postgres at db.billing:5432"',
        '[ "$SCHEMA" = 42 ] || { echo "FATAL: schema version is $SCHEMA, need 42"; exit 3; }',
        manifests.RUN,
    )
    schema = {'configMapKeyRef': {'name': 'ledger-schema', 'key': 'version'}}
    environment = {'env': [{'name': 'SCHEMA', 'valueFrom': schema}]}

    def ledger(version):
        name = image(f'billing/ledger:{version}')
        return _deployment('ledger', '; '.join(script), name, **environment)

    stage.apply(manifests.configmap('ledger-schema', version='42'))
    _previous(stage, ledger('2.0.3'))
    # So that nothing but the image changes, and yet the new pods crash.
    stage.apply(manifests.configmap('ledger-schema', version='41'))
    stage.apply(ledger('2.1.0'))
    return ['deploy/ledger'], 1


def image_not_found(stage, image):
    """an update to an image that the registry does not have"""
    _previous(stage, _deployment('search', SERVE, image('catalog/search:3.8.0')))
    stage.apply(_deployment('search', SERVE, image('catalog/search:3.8.l', 'notfound')))
    return ['deploy/search'], 1


def missing_configmap(stage, image):
    """an update that needs a ConfigMap whose name was misspelt"""
    stage.apply(manifests.configmap('checkout-settings', CURRENCY='EUR'))
    name = image('checkout/checkout:0.9.1')
    _previous(stage, _deployment('checkout', SERVE, name))
    misspelt = {'envFrom': [{'configMapRef': {'name': 'checkout-setings'}}]}
    stage.apply(_deployment('checkout', SERVE, name, **misspelt))
    return ['deploy/checkout'], 1


def three_services(stage, image):
    """three services, of which one crashes and one needs a Secret that does not exist"""
    key = {'secretKeyRef': {'name': 'worker-key', 'key': 'key'}}
    secret = {'env': [{'name': 'KEY', 'valueFrom': key}]}
    crash = 'echo "api 2.1 starting"; echo "FATAL: DATABASE_URL is not set"; exit 2'
    services = [
        _deployment('web', SERVE, image('shop/web:1.5.0')),
        _deployment('api', crash, image('shop/api:2.1.0')),
        _deployment('worker', SERVE, image('shop/worker:1.0.3'), **secret),
    ]
    stage.apply(services)
    return ['deploy/web', 'deploy/api', 'deploy/worker'], 1


def twelve_services(stage, image):
    """an update of twelve services, of which one crashes and one has a misspelt image tag"""
    names = [
        'api',
        'cart',
        'catalog',
        'checkout',
        'emails',
        'frontend',
        'inventory',
        'orders',
        'payments',
        'search',
        'sessions',
        'users',
    ]
    crash = 'echo "payments 2.0 starting"; echo "FATAL: PAYMENT_URL is not set"; exit 2'

    def service(name, image_name, script=SERVE):
        return manifests.deployment(
            name, script, image=image_name, replicas=1, probe=WARM, container={'name': name}
        )

    old, new = (image(f'shop/service:{version}') for version in ('1.9', '2.0'))
    stage.apply([service(name, old) for name in names])
    for name in names:
        stage.kubectl('rollout', 'status', f'deployment/{name}', '--timeout=90s')
    updated = {name: service(name, new) for name in names}
    updated['payments'] = service('payments', new, crash)
    updated['search'] = service('search', image('shop/search:2.o', 'notfound'))
    stage.apply(list(updated.values()))
    return [f'deploy/{name}' for name in names], 1


def ten_services(stage, image):
    """ten services that need one database, whose image tag is misspelt"""
    names = [
        *('api', 'cart', 'catalog', 'emails', 'inventory', 'orders', 'payments', 'sessions'),
        'users',
    ]
    new = image('shop/service:2.0')

    def workload(name, url):
        script = f'echo "{name} 2.0 starting"; wget -q -O- {url}'
        container = {'name': name}
        # Without volumes, the recording is shorter.
        template = {'automountServiceAccountToken': False}
        return manifests.deployment(
            name, script, image=new, probe=WARM, container=container, template=template
        )

    # The frontend needs another service, which needs the database.
    workloads = [workload(name, f'http://db:5432/{name}') for name in names]
    workloads.append(workload('frontend', 'http://api/'))
    database = manifests.statefulset('db', image=image('shop/db:16.l', 'notfound'))
    stage.apply([_service('db', 5432), _service('api', 80), database, *workloads])
    return ['sts/db', *(f'deploy/{name}' for name in (*names, 'frontend'))], 1


# The demos and their namespaces.
DEMOS = {
    good: 'shop',
    crash_loop: 'billing',
    image_not_found: 'catalog',
    missing_configmap: 'checkout',
    three_services: 'three',
    twelve_services: 'twelve',
    ten_services: 'ten',
}


def _deployment(name, script, image, **container):
    container = {'name': name, **container}
    return manifests.deployment(
        name, script, image=image, replicas=3, probe=WARM, container=container
    )


def _service(name, port):
    spec = {'selector': {'app': name}, 'ports': [{'port': port}]}
    return {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': name}, 'spec': spec}


def _previous(stage, manifest):
    stage.apply(manifest)
    name = manifest['metadata']['name']
    stage.kubectl('rollout', 'status', f'deployment/{name}', '--timeout=50s')


def scrub(text, node):
    """Replaces the names of node and host, addresses of registries, and other IP addresses.

    Those become 192.0.2.1, 192.0.2.2, … as they appear: the range is for documentation.
    """
    text = re.sub(rf'(?<![\w./-]){re.escape(node)}(?![\w/-])', NODE, text)
    text = text.replace(f'default-scheduler-{socket.gethostname()}', 'default-scheduler-1')
    text = re.sub(r'127\.0\.0\.1:\d+', REGISTRY, text)
    seen = {}
    return re.sub(
        r'\b\d+\.\d+\.\d+\.\d+\b',
        lambda match: seen.setdefault(match[0], f'192.0.2.{len(seen) + 1}'),
        text,
    )


def packed(text, title):
    """The recording with a one-line description, and without the blanks of its JSON."""
    header, *items = map(json.loads, text.splitlines())
    lines = [{**header, 'title': title}, *items]
    return ''.join(json.dumps(line, separators=(',', ':')) + '\n' for line in lines)


def record(cluster, play, namespace):
    """Makes one recording; returns a line about it."""
    node = json.loads(cluster('get', 'nodes', '-o', 'json').stdout)['items'][0]['metadata']['name']
    images = Images()
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(cluster, namespace, Path(folder)) as stage,
    ):
        targets, code = play(stage, images)
        path = Path(folder, 'recording.jsonl')
        result = stage.dog('rollout', *targets, '--record', str(path), timeout=120)
        images.close()
        text = packed(scrub(path.read_text(), node), play.__doc__)
    name = play.__name__.replace('_', '-')
    if result.code != code or len(text) > LARGEST:
        raise SystemExit(f'{name}: exit code {result.code}, {len(text)} bytes\n{result.output}')
    (FOLDER / f'{name}.jsonl').write_text(text)
    return f'{name}: {len(text)} bytes, {result.seconds:.0f} s\n{result.stdout}'


def main(names):
    """Makes the recordings of these names, or all."""
    cluster = Cluster(settings.load(default_state())).kubectl
    chosen = {
        play: DEMOS[play] for play in DEMOS if not names or play.__name__.replace('_', '-') in names
    }
    FOLDER.mkdir(exist_ok=True)
    with ThreadPoolExecutor() as pool:
        for report in pool.map(lambda demo: record(cluster, *demo), chosen.items()):
            print(report)


if __name__ == '__main__':
    main(sys.argv[1:])
