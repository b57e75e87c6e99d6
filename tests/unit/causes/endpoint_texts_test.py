from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.causes.endpoint_texts import QUERY_TIMED_OUT
from kubectl_dog.causes.endpoint_texts import REFUSED
from kubectl_dog.causes.endpoint_texts import TIMED_OUT
from kubectl_dog.causes.endpoint_texts import UNKNOWN_HOST
from kubectl_dog.causes.endpoint_texts import Endpoint
from kubectl_dog.causes.endpoint_texts import awaited_endpoints
from kubectl_dog.causes.endpoint_texts import configured_endpoints
from kubectl_dog.causes.endpoint_texts import report_failure
from kubectl_dog.causes.endpoint_texts import unreachable_endpoints

DB = ('db', 5432)


@pytest.mark.parametrize(
    ('line', 'endpoint'),
    (
        ('dial tcp: lookup db on 10.96.0.10:53: no such host', ('db', 0)),
        (
            'dial tcp: lookup db.shop.svc.cluster.local: i/o timeout',
            ('db.shop.svc.cluster.local', 0),
        ),
        ('ping: dial tcp 10.96.3.4:5432: connect: connection refused', ('10.96.3.4', 5432)),
        ('cannot connect to postgres://app:s3cret@db:5432/shop?x=1: refused', DB),
        ('failed to connect to postgresql://db/shop', DB),
        ('org.x: Unable to connect to jdbc:postgresql://db:5432/shop', DB),
        ('connection to server at "db" (10.96.3.4), port 5432 failed: Connection refused', DB),
        ('could not translate host name "db" to address: Name or service not known', ('db', 0)),
        ("(2003, \"Can't connect to MySQL server on 'db:3306' (111)\")", ('db', 3306)),
        ("ERROR 2005: Unknown MySQL server host 'db' (-2)", ('db', 0)),
        ('Error: getaddrinfo ENOTFOUND db', ('db', 0)),
        ('Error: connect ECONNREFUSED 10.96.3.4:5432', ('10.96.3.4', 5432)),
        ('Caused by: java.net.UnknownHostException: db: Name or service not known', ('db', 0)),
        ('Connection refused: db/10.96.3.4:5432', DB),
        ("HTTPConnectionPool(host='api', port=80): Max retries exceeded", ('api', 80)),
        ("wget: bad address 'db:80'", ('db', 80)),
        ("nc: bad address 'db'", ('db', 0)),
        ('nc: db (10.96.3.4:5432): Connection refused', DB),
        ("** server can't find db.shop.svc: NXDOMAIN", ('db.shop.svc', 0)),
        ('waiting for db:5432', DB),
        ('refused: mongodb://app:pw@db:5432,db2:27017/shop', DB),
        ('refused: postgresql+psycopg2://db:5432/shop', DB),
        ('refused: Get "http://api:80": dial tcp', ('api', 80)),
        ('refused: http://api.', ('api', 80)),
        ('Error 111 connecting to db:5432. Connection refused.', DB),
        ('wait-for-it.sh: waiting 15 seconds for db:5432', DB),
        # Go and gRPC.
        (
            'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while '
            'dialing: dial tcp: lookup api on 10.96.0.10:53: no such host"',
            ('api', 0),
        ),
        ('DNS resolution failed for api:50051: C-ares status is not ARES_SUCCESS', ('api', 50051)),
        ('Error: 14 UNAVAILABLE: Name resolution failed for target dns:api:50051', ('api', 50051)),
        ('last error: UNKNOWN: ipv4:10.96.3.4:50051: Failed to connect', ('10.96.3.4', 50051)),
        ('W/Error: UNAVAILABLE: Unable to resolve host grpc.shop.svc', ('grpc.shop.svc', 0)),
        # Java.
        (
            'org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the '
            'hostname and port are correct.',
            DB,
        ),
        (
            'Connection to node -1 (kafka/172.25.0.2:29092) could not be established.',
            ('kafka', 29092),
        ),
        ('Unable to connect to redis/<unresolved>:6379', ('redis', 6379)),
        ("java.net.UnknownHostException: Failed to resolve 'db' [A(1)]", ('db', 0)),
        ("Couldn't resolve server kafka:9092 from bootstrap.servers", ('kafka', 9092)),
        # Node.
        ('MongoServerSelectionError: getaddrinfo ENOTFOUND mongo', ('mongo', 0)),
        ('MongoServerSelectionError: getaddrinfo EAI_AGAIN mongo mongo:27017', ('mongo', 0)),
        (
            'MongoError: failed to connect to server [mongo-1.mongo:27017] on first connect',
            ('mongo-1.mongo', 27017),
        ),
        (
            '{"tags":["warning"],"message":"Unable to revive connection: http://search:9200/"}',
            ('search', 9200),
        ),
        # Python.
        ('Error -2 connecting to redis:6379. Name or service not known.', ('redis', 6379)),
        ('Cannot connect to amqp://guest:**@mq:5672//: [Errno 111] refused.', ('mq', 5672)),
        ('ClientConnectorError: Cannot connect to host api:80 ssl:default', ('api', 80)),
        ("[Errno 111] Connect call failed ('10.96.3.4', 5432)", ('10.96.3.4', 5432)),
        ('pymongo.errors: mongo:27017: [Errno -2] Name or service not known', ('mongo', 27017)),
        ("(Caused by NameResolutionError: Failed to resolve 'api' ([Errno -2])", ('api', 0)),
        # Ruby, PHP, Elixir, .NET, Rust and C.
        ('Failed to open TCP connection (refused - connect(2) for "api" port 80)', ('api', 80)),
        ('php_network_getaddresses: getaddrinfo for db failed: Name not known', ('db', 0)),
        ('unable to connect to tcp://rabbitmq:5672 (Connection timed out)', ('rabbitmq', 5672)),
        ('tcp connect (db:5432): non-existing domain - :nxdomain', DB),
        ('System.Net.Http.HttpRequestException: Connection refused (api:80)', ('api', 80)),
        ('error sending request for url (http://api:80/v1): error trying to connect', ('api', 80)),
        (
            "kafka:9092/bootstrap: Failed to resolve 'kafka:9092': Name or service not known",
            ('kafka', 9092),
        ),
        ("[connection refused calling ismaster on 'mongodb:27017']", ('mongodb', 27017)),
        # Programs.
        ('nginx: [emerg] host not found in upstream "api:80" in /etc/nginx.conf:2', ('api', 80)),
        (
            '2024/04/22 [emerg] 1#1: host not found in upstream "hello" in /etc/x.conf:2',
            ('hello', 0),
        ),
        ('Could not connect to Redis at cache:6379: Connection refused', ('cache', 6379)),
        ('curl: (6) Could not resolve host: api', ('api', 0)),
        ('curl: (7) Failed to connect to api port 8080 after 2 ms: refused', ('api', 8080)),
        ("wget: can't connect to remote host (10.96.3.4): Connection refused", ('10.96.3.4', 0)),
        ("wget: unable to resolve host address 'api'", ('api', 0)),
        ('nc: connect to db (10.96.3.4) port 5432 (tcp) failed: Connection refused', DB),
        ('nc: getaddrinfo for host "db" port 5432: Name or service not known', ('db', 0)),
        ('    Is the server running on host "db" (10.96.3.4) and accepting', ('db', 0)),
        (
            'Problem with dial: dial tcp 10.96.3.4:5432: i/o timeout. Sleeping 1s',
            ('10.96.3.4', 5432),
        ),
        # Nothing that names another host.
        ('2026-12-01 12:30:45.123 connection timeout', None),
        ('12:30:45: timed out', None),
        ('main@1.2.3:8080 connection refused in v1.2.3', None),
        ('dial tcp [fd00::12]:5432: connect: connection refused', None),
        ('connect ECONNREFUSED ::1:27017', None),
        ('connect ECONNREFUSED 127.0.0.1:27017', None),
        ('  at Pool.<anonymous> (/app/server.js:336:35) refused', None),
        ('File "/app/main.py", line 22: timed out', None),
        ('Unable to revive connection: http://localhost:9200/', None),
        ('Connection to node -1 (localhost/127.0.0.1:9092) could not be established.', None),
        ('Access denied for user app:12345', None),
        ('refused: s3://models/x gs://models/x', None),
        ('refused: mongodb+srv://cluster/shop', None),
        ('listening on db:5432', None),
        ('connect to 127.0.0.1:5432 refused', None),
        ('connect to localhost:5432 refused', None),
        ('server.go:42: connection refused', None),
        ('12:30:45 connection refused, code:500 status:503', None),
        ('connection refused', None),
        ('', None),
    ),
)
def test_the_endpoint_of_a_failed_connection_is_found(line, endpoint):
    pairs = [(entry.host, entry.port) for entry in unreachable_endpoints([line])]
    assert pairs[:1] == ([endpoint] if endpoint else [])


def test_the_newest_line_comes_first_and_old_lines_do_not_count():
    lines = ['refused: old:80', *[''] * 18, 'refused: a:80', 'refused: db:5432']
    assert list(unreachable_endpoints(lines)) == [
        Endpoint('db', 5432, is_certain=False, problem='refused'),
        Endpoint('a', 80, is_certain=False, problem='refused'),
    ]


@pytest.mark.parametrize(
    ('command', 'endpoint'),
    (
        ('until nc -z db 5432; do sleep 1; done', DB),
        ('until nc -z -w 2 db 5432; do sleep 1; done', DB),
        ('until pg_isready -U app -h db -p 5432; do sleep 1; done', DB),
        ('until pg_isready -h db; do sleep 1; done', ('db', 0)),
        ('until redis-cli -h cache -p 6379 ping; do sleep 1; done', ('cache', 6379)),
        ('until curl -fsS http://api:8080/ready; do sleep 1; done', ('api', 8080)),
        ('until wget -qO- http://user:pw@api/ready; do sleep 1; done', ('api', 80)),
        ('until nslookup db.shop.svc; do sleep 1; done', ('db.shop.svc', 0)),
        ('until (echo > /dev/tcp/db/5432) 2>/dev/null; do sleep 1; done', DB),
        ('/wait-for-it.sh -t 30 db:5432 -- true', DB),
        ('dockerize -wait tcp://db:5432', DB),
        ('until host db; do sleep 1; done', ('db', 0)),
        ('until nc -zv "db" 5432; do sleep 1; done', DB),
        ('until mysqladmin ping -h"db" --silent; do sleep 1; done', ('db', 0)),
        ('until mongosh --host mongo --eval 1; do sleep 1; done', ('mongo', 0)),
        ('until curl -sf api:8080/ready; do sleep 1; done', ('api', 8080)),
        ('while ! timeout 1 bash -c "echo > /dev/tcp/db/5432"; do sleep 1; done', DB),
        ('kafka-topics --bootstrap-server kafka:9092 --list', ('kafka', 9092)),
        ('grpc_health_probe -addr=api:50051', ('api', 50051)),
        ('wait4x tcp db:5432 -t 60s', DB),
        ('until nc -z $DB_HOST ${DB_PORT}; do sleep 1; done', ('store', 6432)),
        ('wait-for $(DB_HOST):$(DB_PORT)', ('store', 6432)),
        ('until nc -z $OTHER 5432; do sleep 1; done', None),
        ('echo "waiting for host to be ready"', None),
        ('server --host db', None),
        ('aws s3 cp s3://models/x /data', None),
        ('sleep 3600', None),
        ('nc -l 5432', None),
    ),
)
def test_the_endpoint_that_a_command_waits_for_is_found(command, endpoint):
    variables = {'DB_HOST': 'store', 'DB_PORT': '6432'}
    pairs = [(entry.host, entry.port) for entry in awaited_endpoints(command, variables)]
    assert pairs[:1] == ([endpoint] if endpoint else [])


@pytest.mark.parametrize(
    ('line', 'problem'),
    (
        ('dial tcp: lookup db: i/o timeout', QUERY_TIMED_OUT),
        ('dial tcp: lookup db.shop.svc on 10.96.0.10:53: i/o timeout', QUERY_TIMED_OUT),
        ('dial tcp: lookup db on 10.96.0.10:53: no such host', UNKNOWN_HOST),
        ('getaddrinfo EAI_AGAIN db', UNKNOWN_HOST),
        ("wget: bad address 'db:80'", UNKNOWN_HOST),
        ('dial tcp 10.96.3.4:5432: connect: connection refused', REFUSED),
        ('Error: connect ECONNREFUSED 10.96.3.4:5432', REFUSED),
        ('dial tcp 10.96.3.4:5432: i/o timeout', TIMED_OUT),
        ('Error: connect ETIMEDOUT 10.96.3.4:5432', TIMED_OUT),
        ('waiting for db:5432', ''),
    ),
)
def test_the_problem_of_a_connection_is_known_if_the_text_says_it(line, problem):
    assert [entry.problem for entry in unreachable_endpoints([line])] == [problem]
    assert report_failure([line, 'shutting down']) is bool(problem)


@pytest.mark.parametrize(
    ('words', 'variables', 'endpoint'),
    (
        ((), {'DATABASE_URL': 'postgres://app:s3cret@db/shop'}, DB),
        ((), {'SPRING_DATASOURCE_URL': 'jdbc:postgresql://db:5432/shop?password=s3cret'}, DB),
        ((), {'KAFKA_BROKERS': 'kafka-0.kafka:9092,kafka-1.kafka:9092'}, ('kafka-0.kafka', 9092)),
        ((), {'DB_HOST': 'db', 'DB_PORT': '5432'}, DB),
        ((), {'DB_HOSTNAME': 'db', 'DB_PORT': 's3cret'}, ('db', 0)),
        (('--database=postgres://app:s3cret@db:5432/shop',), {}, DB),
        (('serve', '--redis-addr=cache:6379'), {}, ('cache', 6379)),
        (('serve', '--redis-addr', 'cache:6379'), {}, ('cache', 6379)),
        # These may be credentials.
        ((), {'DB_PASSWORD': 's3cret:1234', 'API_KEY': 's3cret:99', 'AUTH': 's3cret:80'}, None),
        (('--password=s3cret:1234',), {}, None),
        ((), {'CONNECTION': 'Server=db;Password=s3cret:1234'}, None),
        ((), {'TIME': '12:30:45', 'VERSION': '1.2.3', 'HOST': '0.0.0.0', 'A_HOST': 'x y'}, None),
        ((), {'DB_HOST': 'localhost', 'URL': 'http://127.0.0.1:80', 'V6': '[::1]:80'}, None),
        (('sleep', '3600'), {}, None),
    ),
)
def test_the_endpoint_of_a_connection_string_is_found_and_uncertain(words, variables, endpoint):
    entries = list(configured_endpoints(words, variables))
    pairs = [(entry.host, entry.port) for entry in entries]
    assert pairs[:1] == ([endpoint] if endpoint else [])
    assert not any(entry.is_certain for entry in entries)
    assert 's3cret' not in repr(entries)


def test_credentials_are_never_part_of_an_endpoint():
    lines = (
        'refused: postgres://s3cret:s3cret@db:5432/x',
        'refused: redis://:s3cret@cache',
        'refused: amqp://s3cret:s3cret/s3cret@mq:5672',
    )
    lines += (
        # Cut off before its host, or too long.
        f'refused: {"x" * 1960} redis://s3cret-of-many-letters@cache',
        f'refused: postgres://s3cret:{"s3cret" * 90}@db',
        'refused: postgres://s3cret:s3cret s3cret@db',
    )
    assert 's3cret' not in repr(list(unreachable_endpoints(lines)))


@given(st.lists(st.text(), max_size=3))
def test_any_text_is_read(lines):
    variables = {'A': ''.join(lines), 'A_HOST': ''.join(lines)}
    awaited = awaited_endpoints(''.join(lines), variables)
    configured = configured_endpoints(lines, variables)
    for endpoint in (*unreachable_endpoints(lines), *awaited, *configured):
        assert endpoint.host
