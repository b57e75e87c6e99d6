"""Find the host and port that a log line or a command cannot reach or waits for.

Only the host and port are read. The text before `@` in a URL is never part of a result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.secret_names import is_secret_name


class Endpoint(NamedTuple):
    """A host and port in a text.

    `port` is 0 if the text has none. `is_certain`: the text names a host by its form, as
    `dial tcp: lookup db` does; in `db:5432` the first word may be something else. `problem` is one
    of those below; empty if the text does not say why the connection failed.
    """

    host: str
    port: int = 0
    is_certain: bool = True
    problem: str = ''


REFUSED = 'refused'
TIMED_OUT = 'timed out'
# The name of the host is not known, or the query for it was not answered in time.
UNKNOWN_HOST = 'unknown host'
QUERY_TIMED_OUT = 'query timed out'


_FAILURE = lazy_compile(
    r'refused|timed? ?out|timeout|unreachable|no such host|not known|not resolve|ENOTFOUND'
    r'|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|econnrefused|nxdomain|UnknownHost'
    r'|Unknown \w* ?(server )?host|unknown host|host not found|resolution failed|name resolution'
    r'|([Cc]ould ?n.t|[Cc]ould not|[Cc]an.?t|[Cc]annot|[Uu]nable to|[Ff]ailed to) '
    r'(be established|connect|establish|reach|resolve|revive|obtain|open|translate|look)'
    r'|[Mm]ax retries|bad address|NXDOMAIN|no route to host|[Ww]aiting|not ready|[Uu]navailable'
    r'|connecting to|Is the server running|error sending request|[Cc]onnect call failed'
)
# The first that occurs in a line is its problem.
_PROBLEMS = (
    (QUERY_TIMED_OUT, lazy_compile(r'\blookup [-a-z0-9.]{1,253}(?: on \S{1,60})?: i/o timeout')),
    (
        UNKNOWN_HOST,
        lazy_compile(
            r'no such host|not known|not resolve|o resolve|ENOTFOUND|EAI_AGAIN|UnknownHost|NXDOMAIN'
            r'|nxdomain|Unknown \w* ?(server )?host|unknown host|host not found|bad address'
            r'|resolution|translate host'
        ),
    ),
    (REFUSED, lazy_compile(r'refused|REFUSED|ECONNRESET')),
    (TIMED_OUT, lazy_compile(r'timed? ?out|[Tt]imeout|ETIMEDOUT|deadline exceeded')),
)
_HOST = r'(?P<host>[a-z0-9](?:[-a-z0-9.]{0,252}[a-z0-9])?)'
# Fewer places to begin at than `\b` has in `a-a-a-…`.
_START = r'(?<![-.\w])'
_PORT = r'(?P<port>\d{2,5})'
# Default ports of the schemes whose URLs have a host. That of `s3://models/x` is a bucket.
_SCHEMES = {
    'postgres': 5432,
    'postgresql': 5432,
    'mysql': 3306,
    'mariadb': 3306,
    'sqlserver': 1433,
    'redis': 6379,
    'rediss': 6379,
    'amqp': 5672,
    'amqps': 5671,
    'mongodb': 27017,
    'nats': 4222,
    'http': 80,
    'https': 443,
    'ws': 80,
    'wss': 443,
    'grpc': 0,
    'kafka': 0,
    'tcp': 0,
}
# A name of a host and a port end here: `user:12345…` of a long password has other characters.
_URL_END = r'(?=[.:,]{0,2}(?:[^\w.:@%+=!~*-]|$))(?!\S{0,300}@)'
_URL = (
    r'(?P<scheme>[a-z][a-z0-9+]{1,24})://(?:[^\s@]{0,200}@)?'
    rf'{_HOST}(?::{_PORT})?{_URL_END}'
)
# Each of these can only match the name of a host.
_CERTAIN = tuple(
    lazy_compile(pattern)
    for pattern in (
        # jdbc:postgresql://user:secret@db:5432/shop
        _URL,
        # Go: dial tcp: lookup db on 10.96.0.10:53: no such host
        rf'\blookup {_HOST}\b',
        # Go: dial tcp 10.96.3.4:5432: connect: connection refused
        rf'\bdial tcp {_HOST}:{_PORT}',
        # libpq: connection to server at "db" (10.96.3.4), port 5432 failed
        rf'\bat "{_HOST}"(?: \([0-9a-f.:]+\))?, port {_PORT}',
        # libpq: could not translate host name "db" to address; MySQL: Unknown MySQL server host
        rf"""\bhost(?: name)? ["']{_HOST}["']""",
        # MySQL: Can't connect to MySQL server on 'db:3306' (111)
        rf"""\bserver on ["']{_HOST}(?::{_PORT})?["']""",
        # Node: getaddrinfo ENOTFOUND db; connect ECONNREFUSED 10.96.3.4:5432
        rf'\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH) {_HOST}(?::{_PORT})?',
        # Java: java.net.UnknownHostException: db
        rf'\bUnknownHostException: {_HOST}\b',
        # Java: Connection refused: db/10.96.3.4:5432
        rf'{_START}{_HOST}/\d+\.\d+\.\d+\.\d+:{_PORT}',
        # Python: HTTPConnectionPool(host='api', port=80)
        rf"""\bhost=["']?{_HOST}["']?,? port=["']?{_PORT}""",
        # Java: Unable to connect to redis/<unresolved>:6379
        rf'{_START}{_HOST}/<unresolved>:{_PORT}',
        # JDBC: Connection to db:5432 refused. redis-cli: Could not connect to Redis at db:6379
        rf'\b(?:[Cc]onnection to|Redis at|Error -?\d{{1,5}} connecting to) {_HOST}:{_PORT}',
        # Python: Cannot connect to host api:80 ssl:default; Connect call failed ('10.96.3.4', 5432)
        rf'\bconnect to host {_HOST}:{_PORT}',
        rf"\b[Cc]onnect call failed \('{_HOST}', {_PORT}\)",
        # librdkafka: Failed to resolve 'kafka:9092'; urllib3: Failed to resolve 'api'
        rf"\bresolve '{_HOST}(?::{_PORT})?'",
        # curl: Could not resolve host: api; gRPC: Unable to resolve host api
        rf"\bresolve host(?: address)?:? ['‘]?{_HOST}",
        # curl: Failed to connect to api port 80 after 2 ms; nc: connect to db port 5432 (tcp)
        rf'\bconnect to {_HOST} (?:\([^)]{{1,64}}\) )?port {_PORT}',
        # Ruby: connect(2) for "api" port 80
        rf'\bfor "{_HOST}" port {_PORT}',
        # PHP: getaddrinfo for db failed
        rf'\bgetaddrinfo for {_HOST} failed',
        # gRPC: DNS resolution failed for api:50051; for target dns:api:50051; ipv4:10.96.3.4:50051
        rf'\bresolution failed for (?:target )?(?:dns:(?:///)?)?{_HOST}:{_PORT}',
        rf'\bipv4:{_HOST}:{_PORT}',
        # nginx: host not found in upstream "api:80"
        rf'\bhost not found in (?:upstream|resolver) "{_HOST}(?::{_PORT})?"',
        # Mongo: failed to connect to server [db-0.db:27017]
        rf'\bserver \[{_HOST}:{_PORT}\]',
        # Elixir: tcp connect (db:5432): non-existing domain - :nxdomain
        rf'\btcp connect \({_HOST}:{_PORT}\)',
        # BusyBox: wget: can't connect to remote host (10.96.3.4): Connection refused
        rf'\bto remote host \({_HOST}\)',
        # BusyBox: nc: bad address 'db'; wget: bad address 'db:80'
        rf"\bbad address '{_HOST}(?::{_PORT})?'",
        # BusyBox: nc: db (10.96.3.4:5432): Connection refused
        rf'{_START}{_HOST} \(\d+\.\d+\.\d+\.\d+:{_PORT}\)',
        # nslookup: ** server can't find db.shop.svc: NXDOMAIN
        rf"\bcan't find {_HOST}: NXDOMAIN",
    )
)
_UNCERTAIN = lazy_compile(rf'(?<![\w./:@-]){_HOST}:{_PORT}(?!\w|:\S|\.\d)')
# Commands of init containers that wait for something.
_COMMANDS = tuple(
    lazy_compile(pattern)
    for pattern in (
        rf'\b(?:nc|telnet)(?: -[a-zA-Z]{{1,9}}(?: ?\d{{1,5}})?){{0,6}} {_HOST} {_PORT}\b',
        rf'\bpg_isready\b(?: -[^-hp\s]\S{{0,63}} \S{{1,63}}){{0,6}} (?:-h ?|--host[= ]){_HOST}'
        rf'(?: (?:-p ?|--port[= ]){_PORT})?',
        rf'\b(?:redis-cli|mysqladmin(?: ping)?|mysql|mongosh?) (?:-h ?|--host[= ]){_HOST}'
        rf'(?: (?:-p ?|-P ?|--port[= ]){_PORT})?',
        rf'\b(?:curl|wget|grpc_health_probe|wait4x tcp)(?: -\S{{1,40}}){{0,6}}[ =]{_HOST}:{_PORT}',
        rf'--bootstrap-servers?[= ]{_HOST}:{_PORT}',
        rf'\b{_URL}',
        rf'/dev/tcp/{_HOST}/{_PORT}',
        rf'\b(?:nslookup|getent hosts|dig) {_HOST}(?=$|[\s;&|)])',
        # Elsewhere, `host` is a word of a sentence or an option.
        rf'(?:^|[;&|(!]|\b(?:until|while|do|if|-c)) ?host {_HOST}(?=$|[\s;&|)])',
        rf'\bwait[-_]?for\S{{0,40}}(?: -\S{{1,40}}(?: \d{{1,5}})?){{0,6}} {_HOST}:{_PORT}',
    )
)
# Words before a number that are not the name of a host.
_OTHER_WORDS = frozenset(
    (
        *('at', 'code', 'column', 'errno', 'error', 'exit', 'false', 'id', 'level', 'line', 'null'),
        *('pid', 'port', 'process', 'status', 'step', 'time', 'true', 'version'),
    )
)
_FILE = lazy_compile(
    r'\.(c|cc|cpp|cs|go|java|js|jsx|kt|mjs|php|py|rb|rs|scala|sh|ts|tsx|xml|ya?ml)$'
)
_NONE: Mapping[str, str] = MappingProxyType({})
_LOCAL = ('localhost', '0.0.0.0', '::1')
# Lines from the end of a log, and characters of a line, that are searched.
_MAX_LINES = 20
_MAX_LENGTH = 2000


# The value of a variable: hosts and ports, or a host alone.
_HOSTS = lazy_compile(rf'{_HOST}:{_PORT}(?:,[-a-z0-9.:,]{{0,1000}})?')
_ONLY_HOST = lazy_compile(_HOST)
_PORT_NUMBER = lazy_compile(r'\d{2,5}')
_HOST_VARIABLE = lazy_compile(r'(\w{0,100})_HOST(?:NAME)?')
_VARIABLE = lazy_compile(r'\$(?:(\w{1,100})|\((\w{1,100})\)|\{(\w{1,100})\})')


def unreachable_endpoints(lines: Iterable[str]) -> Iterator[Endpoint]:
    """Yield the endpoints in lines that report a failed connection, the newest first."""
    for text in list(lines)[: -_MAX_LINES - 1 : -1]:
        line = _shorten(text)
        if _FAILURE.search(line):
            problem = _problem(line)
            yield from (endpoint._replace(problem=problem) for endpoint in _endpoints(line))


def report_failure(lines: Iterable[str]) -> bool:
    """Return whether the last lines report a failed connection, with or without a host."""
    return any(_problem(_shorten(text)) for text in list(lines)[: -_MAX_LINES - 1 : -1])


def awaited_endpoints(command: str, variables: Mapping[str, str] = _NONE) -> Iterator[Endpoint]:
    """Yield the endpoints that a command waits for, in their order; it may use the variables."""
    text = _shorten(_VARIABLE.sub(lambda match: _value(match, variables), _shorten(command)))
    text = text.replace('"', '').replace("'", '')
    for pattern in _COMMANDS:
        for match in pattern.finditer(text):
            yield from _endpoint(match.groupdict())


def configured_endpoints(words: Iterable[str], variables: Mapping[str, str]) -> Iterator[Endpoint]:
    """Yield the endpoints in connection strings of arguments and variables, as uncertain ones.

    A variable whose name suggests a credential is not read.
    """
    public = {name: text for name, text in variables.items() if not is_secret_name(name)}
    for word in words:
        option, _, value = word.partition('=')
        is_option = option.startswith('-') and bool(value) and not is_secret_name(option)
        yield from _endpoints_of_value(value if is_option else word)
    for text in public.values():
        yield from _endpoints_of_value(text)
    for name, value in public.items():
        variable = _HOST_VARIABLE.fullmatch(name)
        if variable and _ONLY_HOST.fullmatch(value):
            port = variables.get(f'{variable[1]}_PORT', '')
            known = port if _PORT_NUMBER.fullmatch(port) else None
            yield from _endpoint({'host': value, 'port': known}, is_certain=False)


def _endpoints_of_value(value: str) -> Iterator[Endpoint]:
    text = _shorten(value)
    for match in _CERTAIN[0].finditer(text):
        yield from _endpoint(match.groupdict(), is_certain=False)
    hosts = _HOSTS.fullmatch(text)
    if hosts:
        yield from _endpoint(hosts.groupdict(), is_certain=False)


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    """Return the value of a variable in a command, or the text as it is."""
    return variables.get(match[1] or match[2] or match[3], match[0])


def _problem(line: str) -> str:
    return next((problem for problem, pattern in _PROBLEMS if pattern.search(line)), '')


def _shorten(text: str) -> str:
    """Shorten a text; the `@` keeps the first part of a password from being read as a host."""
    return text if len(text) <= _MAX_LENGTH else f'{text[:_MAX_LENGTH]}@'


def _endpoints(line: str) -> Iterator[Endpoint]:
    is_certain = False
    for pattern in _CERTAIN:
        for match in pattern.finditer(line):
            for endpoint in _endpoint(match.groupdict()):
                is_certain = True
                yield endpoint
    if not is_certain:
        for match in _UNCERTAIN.finditer(line):
            yield from _endpoint(match.groupdict(), is_certain=False)


def _endpoint(groups: dict[str, str | None], is_certain: bool = True) -> Iterator[Endpoint]:
    host, port = groups['host'] or '', int(groups.get('port') or 0)
    scheme, _, variant = (groups.get('scheme') or '').partition('+')
    if scheme and (scheme not in _SCHEMES or variant == 'srv'):
        return
    port = port or _SCHEMES.get(scheme, 0)
    is_local = host in _LOCAL or host.startswith('127.')
    if is_local or port > 65535 or _FILE.search(host):
        return
    if is_certain or (host not in _OTHER_WORDS and not host.isdecimal()):
        yield Endpoint(host, port, is_certain)
