"""What is wrong with a Service that a container cannot reach, and with the chain behind it."""

from __future__ import annotations

import pytest

from tests.unit.builders import container
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.services import crashing
from tests.unit.services import endpoint_slice
from tests.unit.services import explained
from tests.unit.services import service
from tests.unit.services import serving
from tests.unit.services import without_image

REFUSED = 'dial tcp 10.96.3.4:5432: connect: connection refused'
API = (service('api', 80), endpoint_slice('api'))
DB = (service(), endpoint_slice(), without_image())


def facts(line, *objects, web=None, **given):
    """What a line of the log adds to the evidence of a crash, and the dependency."""
    cause, _ = explained(web or crashing('web'), *objects, logs={'web-1': line}, **given)
    plain, _ = explained(crashing('web'), logs={'web-1': 'x'})
    return cause.evidence[len(plain.evidence) :], cause.dependency


def test_a_chain_ends_at_its_root():
    log = {'web-1': 'cannot connect to http://api', 'api-1': 'dial tcp: lookup db: no such host'}
    cause, _ = explained(crashing('web'), *API, crashing('api'), *DB, logs=log)
    assert [text.partition(': container')[0] for text in cause.evidence[-4:]] == [
        'it connects to svc/api:80, which has 0 of 1 endpoints ready',
        'deploy/api: CrashLoop',
        'deploy/api connects to svc/db, which has 0 of 1 endpoints ready',
        'sts/db: ImageNotFound',
    ]
    root = cause.dependency
    assert (root.services, root.namespace) == (('svc/api:80', 'svc/db'), 'shop')
    assert (root.root, root.code) == ('sts/db', 'ImageNotFound')
    assert root.state == '0 of 1 endpoints ready'


@pytest.mark.parametrize(
    'api',
    (
        {'message': 'dial tcp: lookup db: no such host'},
        # Its log is not read, but something of its configuration is known.
        {'containers': [container(env=[{'name': 'DB_URL', 'value': 'postgres://a:s3cret@db'}])]},
    ),
)
def test_a_chain_goes_on_without_the_log_of_the_workload_on_the_way(api):
    log = {'web-1': 'cannot connect to http://api'}
    cause, _ = explained(crashing('web'), *API, crashing('api', **api), *DB, logs=log)
    assert cause.evidence[-1].startswith('sts/db: ImageNotFound')
    assert 's3cret' not in repr(cause)
    # A variable proves nothing.
    is_known = 'message' in api
    assert cause.dependency.root == ('sts/db' if is_known else 'deploy/api')


def test_a_chain_ends_where_nothing_more_is_known():
    for line in ('FATAL: no key', 'cannot connect to http://web'):
        log = {'web-1': 'cannot connect to http://api', 'api-1': line}
        web = service('web', 80)
        cause, _ = explained(crashing('web'), *API, crashing('api'), web, logs=log)
        assert cause.dependency.root == 'deploy/api'
        assert not [text for text in cause.evidence if 'svc/web' in text]


def test_a_long_chain_is_cut():
    names = [f's{number}' for number in range(9)]
    objects = [
        obj for name in names for obj in (service(name, 80), endpoint_slice(name), crashing(name))
    ]
    log = {f'{name}-1': f'refused: http://{after}' for name, after in zip(names, names[1:])}
    cause, _ = explained(crashing('web'), *objects, logs={**log, 'web-1': 'refused: http://s0'})
    assert cause.dependency.services == tuple(f'svc/s{number}:80' for number in range(4))


def test_a_workload_that_is_only_starting_is_the_root():
    starting = without_image()
    starting['status']['containerStatuses'] = []
    added, root = facts('cannot connect to postgres://db', service(), endpoint_slice(), starting)
    assert added == ('it connects to svc/db:5432, which has 0 of 1 endpoints ready',)
    assert (root.root, root.code) == ('sts/db', '')


@pytest.mark.parametrize(
    ('host', 'expected'),
    (
        ('db', 'namespace "shop"'),
        ('db.shop.svc', 'namespace "shop"'),
        ('db.data.svc.cluster.local', 'namespace "data"'),
        ('db.data.svc.cluster.local.', 'namespace "data"'),
        ('db-0.db.data.svc.cluster.local', 'namespace "data"'),
        # These may be public names, or those of another domain.
        ('db.data', ''),
        ('api.svc.example.com', ''),
        ('a.b.svc.example.com', ''),
        ('db.svcs.com', ''),
        ('db.shop.example.com', ''),
        ('a.b.c.d.svc.cluster.local', ''),
    ),
)
def test_a_service_that_does_not_exist_is_named_only_if_the_name_can_mean_nothing_else(
    host, expected
):
    added, root = facts(f'dial tcp: lookup {host} on 10.96.0.10:53: no such host')
    assert [expected in text for text in added] == ([True] if expected else [])
    assert (root.root if root else '') == ('svc/db' if expected else '')


def test_a_similar_service_is_named():
    given = service('db-primary'), service('cache')
    added, _ = facts('dial tcp: lookup db-primry: no such host', *given)
    assert added[1:] == ('a similar Service exists: "db-primary"',)
    added, _ = facts('dial tcp: lookup queue: no such host', *given)
    assert len(added) == 1


@pytest.mark.parametrize(
    ('host', 'namespace'),
    (
        ('db.data', 'data'),
        ('db.data.svc', 'data'),
        ('db.data.svc.cluster.local', 'data'),
        ('db.data.svc.corp.local', 'data'),
        ('db-0.db.data.svc', 'data'),
        ('db-0.db.data', 'data'),
        ('db-0.db', 'shop'),
    ),
)
def test_services_of_other_namespaces_and_of_single_pods_are_found(host, namespace):
    given = service(namespace=namespace), endpoint_slice(namespace=namespace)
    added, root = facts(f'refused: http://{host}:5432', *given, without_image('db', namespace))
    assert 'svc/db:5432, which has 0 of 1' in added[0]
    assert (root.root, root.namespace) == ('sts/db', namespace)


@pytest.mark.parametrize(
    ('external', 'objects', 'expected'),
    (
        ('db.example.com', (), ['maps to the external name db.example.com']),
        (
            'real.data.svc.cluster.local',
            (service('real', namespace='data'), endpoint_slice('real', namespace='data')),
            ['maps to', 'svc/real:5432, which has 0 of 1', 'matches no pod'],
        ),
        # Two that stand for each other.
        ('db.shop.svc.cluster.local', (), ['maps to', 'maps to']),
        (
            'real.shop.svc.cluster.local',
            (service('real', externalName='db.shop.svc.cluster.local'),),
            ['maps to', 'maps to'],
        ),
    ),
)
def test_an_external_name_is_followed_in_the_cluster(external, objects, expected):
    added, _ = facts('refused: http://db:5432', service(externalName=external), *objects)
    assert len(added) == len(expected)
    assert all(part in text for part, text in zip(expected, added))


def test_an_address_may_be_that_of_an_endpoint():
    given = service(clusterIP='None'), endpoint_slice(addresses=('10.244.0.7',)), without_image()
    added, root = facts('dial tcp 10.244.0.7:6432: connect: connection refused', *given)
    assert 'svc/db, which has 0 of 1' in added[0] and root.root == 'sts/db'
    assert facts('dial tcp 10.244.0.8:6432: connect: connection refused', *given) == ((), None)
    assert facts('dial tcp 10.244.0.7:6432: refused', *given, denied=('Service',)) == ((), None)


@pytest.mark.parametrize(
    ('line', 'spec', 'expected'),
    (
        ('refused: http://db:80', {}, 'but the Service has only the port 5432'),
        (
            'refused: http://db:80',
            {'ports': [{'port': number} for number in range(20, 28)]},
            'only the ports 20, 21, 22, 23, 24, …',
        ),
        # In this text, the number need not be a port.
        ('not ready: db:42', {}, ''),
        ('connection refused: db:42', {}, 'only the port 5432'),
        ('refused: http://db:80', {'clusterIP': 'None'}, ''),
        ('refused: http://db:80', {'ports': []}, ''),
        ('no such host: lookup db', {}, ''),
    ),
)
def test_a_port_that_the_service_does_not_have(line, spec, expected):
    given = service(**spec), endpoint_slice(ready=(True,)), serving()
    added, root = facts(line, *given)
    assert [expected in text for text in added] == ([True] if expected else [])
    assert (root is not None) is bool(expected)


@pytest.mark.parametrize(
    ('target', 'ports', 'line', 'expected'),
    (
        (
            5433,
            (5432,),
            REFUSED,
            'forwards to port 5433, but the containers of its pods list port 5432',
        ),
        (5433, (5432, 8080), REFUSED, 'list ports 5432, 8080'),
        (
            'sql',
            (5432,),
            REFUSED,
            'forwards to port "sql", but no container of its pods has this port',
        ),
        (5432, (5432,), REFUSED, ''),
        # A container need not list its ports.
        (5433, (), REFUSED, ''),
        (None, (8080,), REFUSED, ''),
        # Another reason is known.
        (5433, (5432,), 'dial tcp 10.96.3.4:5432: connect: no route to host', ''),
        (5433, (5432,), 'dial tcp: lookup db: no such host', ''),
    ),
)
def test_a_port_that_no_container_lists_is_a_fact(target, ports, line, expected):
    given = service(ports=[{'port': 5432, 'targetPort': target}]), endpoint_slice(ready=(True,))
    added, root = facts(line, *given, serving(ports=ports))
    assert [expected in text for text in added] == ([True] if expected else [])
    assert (root.root if root else '') == ('svc/db' if expected else '')


def test_a_named_port_that_a_container_has_is_no_fact():
    db = serving()
    db['spec']['containers'][0]['ports'][0]['name'] = 'sql'
    given = service(ports=[{'port': 5432, 'targetPort': 'sql'}]), endpoint_slice(ready=(True,))
    assert facts(REFUSED, *given, db) == ((), None)


@pytest.mark.parametrize('spec', ({'clusterIP': 'None'}, {'ports': []}, {'selector': {}}))
def test_no_port_is_compared_without_one_service_port_and_pods(spec):
    given = service(**{'ports': [{'port': 5432, 'targetPort': 1}], **spec})
    slices = endpoint_slice(ready=(True,))
    assert facts('connect ECONNREFUSED db', given, slices, serving()) == ((), None)


@pytest.mark.parametrize('line', (REFUSED, 'dial tcp: lookup db: no such host'))
def test_pods_whose_endpoints_always_count_as_ready_are_asked_themselves(line):
    given = (
        service(clusterIP='10.96.3.4', publishNotReadyAddresses=True),
        endpoint_slice(ready=(True,)),
    )
    added, root = facts(line, *given, without_image())
    assert 'which has 0 of 1 pods ready' in added[0] and root.root == 'sts/db'
    assert facts(line, *given, serving()) == ((), None)
    assert facts(line, *given) == ((), None)


def test_the_newest_port_of_a_host_counts():
    message = 'refused: http://db:80\nrefused: http://db:5432\nrefused: http://db:5433'
    web = crashing('web', message=message)
    cause, _ = explained(web, service(), endpoint_slice())
    assert 'it connects to svc/db:5433, but the Service has only the port 5432' in cause.evidence


def test_a_service_without_selector_has_endpoints_of_its_own():
    added, root = facts('refused: http://db:5432', service(selector={}), endpoint_slice())
    assert added[1] == 'Service "db" has no selector: its endpoints are not those of pods'
    assert root.root == 'svc/db'


def with_variables(**values):
    env = [{'name': name, 'value': value} for name, value in values.items()]
    env.append({'name': 'PASSWORD', 'valueFrom': {'secretKeyRef': {'name': 'db', 'key': 'p'}}})
    return crashing('web', containers=[container(env=env)])


@pytest.mark.parametrize(
    ('line', 'is_named', 'is_root'),
    (
        ('FATAL: connection refused', True, True),
        # Nothing says that a connection has failed, or another one has.
        ('FATAL: PAYMENT_URL is not set', False, False),
        ('connection refused: cache:6379', False, False),
    ),
)
def test_a_connection_string_counts_if_the_log_reports_a_failure_without_a_host(
    line, is_named, is_root
):
    web = with_variables(DATABASE_URL='postgres://app:s3cret@db:5432/shop')
    added, root = facts(line, *DB, web=web)
    assert [text.partition(',')[0] for text in added[:1]] == (
        ['it is configured with svc/db:5432'] if is_named else []
    )
    assert (root is not None) is is_root
    assert 's3cret' not in repr(added)


def test_a_silent_container_is_explained_by_its_configuration_if_it_crashes():
    env = [{'name': 'DB_HOST', 'value': 'db'}, {'name': 'DB_PORT', 'value': '5432'}]
    cause, _ = explained(crashing('web', containers=[container(env=env)]), *DB)
    assert 'it is configured with svc/db:5432, which has 0 of 1 endpoints ready' in cause.evidence
    assert cause.dependency is None
    # One that only starts slowly costs no reads.
    slow = pod(
        status(state=running()), containers=[container(env=env, readinessProbe={'exec': {}})]
    )
    event = kube_event(slow, 'Unhealthy', 'Readiness probe failed: ', 'spec.containers{main}')
    cause, kinds = explained(slow, *DB, code='NotReady', kube_events=(event,))
    assert kinds == []


def test_a_connection_string_does_not_prove_that_a_service_must_exist():
    web = with_variables(DATABASE_URL='postgres://other:5432')
    assert facts('connection refused', *DB, web=web) == ((), None)


def test_the_variables_of_an_init_container_are_those_of_its_command():
    env = [{'name': 'DB_HOST', 'value': 'db'}]
    wait = container('wait', command=['sh', '-c', 'until nc -z $DB_HOST 5432; do :; done'], env=env)
    obj = pod(inits=[wait], init_statuses=[status('wait', state=running())], phase='Pending')
    cause, _ = explained(obj, *DB, code='InitNotFinished')
    assert cause.evidence[0] == 'it waits for svc/db:5432, which has 0 of 1 endpoints ready'
    assert cause.dependency.root == 'sts/db'


@pytest.mark.parametrize('denied', ('Service', 'EndpointSlice', 'Pod'))
def test_nothing_is_claimed_about_what_may_not_be_read(denied):
    added, root = facts('refused: http://db:5432', *DB, denied=(denied,))
    assert len(added) == (1 if denied == 'Pod' else 0)
    assert (root is not None) is (denied == 'Pod')
