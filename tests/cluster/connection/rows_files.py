"""Rows: kubeconfig files, how they are merged, and their errors."""

from __future__ import annotations

import base64
import json
import os

from .world import Case
from .world import row

FILES = 'Files, contexts and flags'
LOCALHOST = 'kubectl falls back to http://localhost:8080; kubectl dog says what is missing'


def listed(*paths):
    return {'KUBECONFIG': os.pathsep.join(paths)}


@row(FILES, 'a user that two files have: the first file wins')
def _(world):
    first, second = world.config(), world.config({'token': 'second'})
    return Case(env=listed(world.write('1', first), world.write('2', second)))


@row(FILES, 'a user that two files have, with other keys in the second')
def _(world):
    first, second = world.config({'token': 'a'}), world.config({'as': 'other'})
    return Case(env=listed(world.write('1', first), world.write('2', second)))


@row(FILES, 'current-context in two files: the first file wins')
def _(world):
    first, second = world.config(), world.config(name='b')
    return Case(env=listed(world.write('1', first), world.write('2', second)))


@row(FILES, 'what the first file lacks comes from the next')
def _(world):
    first = {**world.config(current=False), 'current-context': 'b'}
    return Case(env=listed(world.write('1', first), world.write('2', world.config(name='b'))))


@row(FILES, 'a missing file, an empty one and a doubled one in the list are skipped')
def _(world):
    config = world.write('1', world.config())
    return Case(env=listed('/nowhere/config', world.write('2', ''), config, config))


@row(FILES, 'the only file is missing')
def _(world):
    return Case(env=listed('/nowhere/config'))


@row(FILES, 'the file that --kubeconfig names is missing')
def _(world):
    return Case(('--kubeconfig', '/nowhere/config'))


@row(FILES, 'no kubeconfig at all')
def _(world):
    return Case()


@row(FILES, 'an empty kubeconfig')
def _(world):
    return Case(env=listed(world.write('config', '')))


@row(FILES, '~/.kube/config')
def _(world):
    world.write('home/.kube/config', world.config())
    return Case()


@row(FILES, '--kubeconfig goes before KUBECONFIG')
def _(world):
    other = world.write('other', world.config(name='b'))
    return Case(('--kubeconfig', world.write('1', world.config())), listed(other))


@row(FILES, 'no current-context')
def _(world):
    return Case(env=listed(world.write('1', world.config(current=False))))


@row(FILES, 'a context that does not exist')
def _(world):
    return world.case(args=('--context', 'b'))


@row(FILES, '--context, --cluster and --user choose entries')
def _(world):
    first, second = world.config(), world.config(name='b')
    env = listed(world.write('1', first), world.write('2', second))
    return Case(('--context', 'b', '--cluster', 'a', '--user', 'a'), env)


@row(FILES, 'not YAML')
def _(world):
    return Case(env=listed(world.write('config', 'a: [')))


@row(FILES, 'certificates as paths, each relative to the file that names them')
def _(world):
    first = world.config()
    user = {'client-certificate': 'crt', 'client-key': './key'}
    second = world.config(user, name='b', **{'certificate-authority': 'ca'})
    first['contexts'][0]['context'] = {'cluster': 'b', 'user': 'b'}
    for name, file in (('ca', 'ca.crt'), ('crt', 'jane.crt'), ('key', 'jane.key')):
        world.write(f'x/{name}', world.pki.text(file))
    return Case(env=listed(world.write('1', first), world.write('x/2', second)))


@row(FILES, 'a user in a second file, with a relative certificate')
def _(world):
    user = {'client-certificate': 'jane.crt', 'client-key': 'jane.key'}
    first = world.config(user)
    users = {'users': first.pop('users')}
    for name in ('jane.crt', 'jane.key'):
        world.write(f'x/{name}', world.pki.text(name))
    return Case(env=listed(world.write('1', first), world.write('x/2', users)))


@row(FILES, 'certificates as base64 data')
def _(world):
    pki = world.pki
    ca = {'certificate-authority-data': pki.data('ca.crt'), 'certificate-authority': None}
    user = {
        'client-certificate-data': pki.data('jane.crt'),
        'client-key-data': pki.data('jane.key'),
    }
    return world.case(user, cluster=ca)


@row(FILES, 'data that is not base64')
def _(world):
    return world.case(cluster={'certificate-authority-data': '%', 'certificate-authority': None})


@row(FILES, 'certificate-authority and certificate-authority-data')
def _(world):
    return world.case(cluster={'certificate-authority-data': world.pki.data('ca.crt')})


@row(FILES, 'a cluster without a server')
def _(world):
    return world.case(cluster={'server': None}, env={'KUBERNETES_MASTER': ''})


@row(FILES, 'a context that names a user that is not there')
def _(world):
    return world.case(cluster={'context': {'user': 'b'}})


@row(FILES, 'a token that is a number')
def _(world):
    return world.case({'token': 1})


@row(FILES, '--server and --token without a kubeconfig')
def _(world):
    server = world.serve().url
    ca = world.pki.path('ca.crt')
    return Case(('-s', server, '--token', 't', '--certificate-authority', ca))


@row(FILES, "kubedog's --kube-config and --kube-context", ours_only=True)
def _(world):
    path = world.write('1', world.config(current=False))
    return Case(('--kube-config', path, '--kube-context', 'a'))


@row(FILES, "kubedog's --kube-config-base64 goes before every file", ours_only=True)
def _(world):
    text = base64.b64encode(json.dumps(world.config()).encode()).decode()
    other = world.write('1', world.config(name='b'))
    return Case(('--kube-config-base64', text, '--kubeconfig', other))


@row(FILES, 'KUBEDOG_KUBE_CONFIG and KUBEDOG_KUBE_CONTEXT go before KUBECONFIG', ours_only=True)
def _(world):
    first, second = world.config(), world.config(name='b')
    second['contexts'] += first['contexts']
    paths = listed(world.write('1', first), world.write('2', second))['KUBECONFIG']
    env = {'KUBEDOG_KUBE_CONFIG': paths, 'KUBEDOG_KUBE_CONTEXT': 'b', 'KUBECONFIG': '/nowhere'}
    return Case(env=env)


@row(FILES, 'KUBEDOG_KUBE_CONFIG_BASE64', ours_only=True)
def _(world):
    text = base64.b64encode(json.dumps(world.config()).encode()).decode()
    return Case(env={'KUBEDOG_KUBE_CONFIG_BASE64': text, 'KUBECONFIG': '/nowhere'})
