"""Flags that several commands share, and the values that they are converted to."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from typing import Any

from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import output_choice
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Flag
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.output import colour

if TYPE_CHECKING:
    from kubectl_dog.tracking.plugins.registry import Trackers

# The level at which requests are logged.
_LOG_REQUESTS = 6
PROGRESS = ('auto', 'live', 'plain')
DURATION = 'use a duration like 90s, 5m or 1h30m'


def seconds(text: str) -> float:
    """Parse a duration in seconds; raises UserError."""
    from kubectl_dog.model import times

    return times.parse_duration(text)


def _key_value(text: str) -> str:
    if not text.partition('=')[0] or '=' not in text:
        raise ValueError(text)
    return text


_CLUSTER = (
    create_flag('-n, --namespace NAME', 'Namespace of the targets', common=True),
    create_flag(
        '--context NAME', 'Context of the kubeconfig', common=True, aliases=('--kube-context',)
    ),
    create_flag('--kubeconfig FILE', 'Path of the kubeconfig file', aliases=('--kube-config',)),
    create_flag(
        '--kube-config-base64 TEXT',
        'Content of a kubeconfig file in base64',
        field='kubeconfig_base64',
    ),
    create_flag('--cluster NAME', 'Cluster of the kubeconfig'),
    create_flag('--user NAME', 'User of the kubeconfig'),
    create_flag('-s, --server URL', 'Address of the API server'),
    create_flag('--proxy-url URL', 'Proxy for requests to the API server'),
    create_flag('--token TOKEN', 'Bearer token for the API server'),
    create_flag('--username NAME', 'User name for basic authentication'),
    create_flag('--password TEXT', 'Password for basic authentication'),
    create_flag('--as NAME', 'User to impersonate', field='as_user'),
    create_flag('--as-uid UID', 'UID to impersonate'),
    create_flag('--as-group NAME', 'Group to impersonate', repeated=True),
    create_flag(
        '--as-user-extra KEY=VALUE',
        'Extra field to impersonate',
        parse=_key_value,
        expected='use KEY=VALUE',
        repeated=True,
    ),
    create_flag('--certificate-authority FILE', 'Certificates of the authority of the server'),
    create_flag('--client-certificate FILE', 'Client certificate for TLS'),
    create_flag('--client-key FILE', 'Private key for TLS'),
    create_flag('--tls-server-name NAME', 'Name that the certificate of the server must have'),
    create_flag('--insecure-skip-tls-verify', 'Accept any certificate of the server'),
    create_flag('--disable-compression', 'Request responses without compression'),
    create_flag(
        '--request-timeout TIME',
        'Time limit for a single request',
        parse=seconds,
        expected=DURATION,
    ),
    create_flag(
        '-v, --v LEVEL',
        'Log level; 6 and higher log HTTP requests',
        parse=int,
        expected='use a number',
        field='verbosity',
    ),
    create_flag(
        '--connection NAME',
        'One of kubeconfig (the default), kubernetes (use the official Python client)',
        default='',
    ),
)
CLUSTER = tuple(flag._replace(group='Cluster') for flag in _CLUSTER)
# The fields of ConnectionFlags.
FIELDS = tuple(flag.dest for flag in CLUSTER if flag.dest != 'connection')

RULES = create_flag(
    '--rules FILE', 'YAML file with rules for kinds (docs/rules.md)', common=True, repeated=True
)
TRACKER = create_flag(
    '--tracker KIND=PACKAGE',
    'Package whose tracker is used for a kind, like Lamp.example.com=acme-lamps',
    repeated=True,
)
PRINT_RBAC = create_flag(
    '--print-rbac',
    'Print the smallest Roles that allow this call, and exit (docs/access.md)',
    group='Cluster',
)
RECORD = create_flag('--record FILE', 'File to write a recording to, for `replay`', common=True)


def output() -> tuple[Flag, ...]:
    """Return the output flags of commands that print a stream of events."""
    return (
        *output_choice.flags(),
        create_flag('--output-prefix TEXT', 'Text before every line', default='', group='Output'),
        create_flag(
            '--progress MODE',
            'One of auto (the default), live (a table of the targets below the lines, on '
            'terminals), plain. auto is plain in CI and for software agents',
            default='auto',
            choices=PROGRESS,
            group='Output',
        ),
        _colour(common=False),
    )


def table() -> tuple[Flag, ...]:
    """Return the output flags of commands that print a table."""
    return (document('table'), _colour(common=True))


def document(default: str) -> Flag:
    """Return the output flag of commands that print one JSON document, or the default format."""
    return create_flag(
        '-o, --output FORMAT',
        f'One of {default} (the default), json (one JSON document)',
        common=True,
        default=default,
        choices=(default, 'json'),
        group='Output',
    )


def _colour(common: bool) -> Flag:
    return create_flag(
        '--color WHEN',
        'One of auto (colours on terminals, the default), always, never',
        common,
        default='auto',
        choices=colour.CHOICES,
        group='Output',
    )


def judges(args: Arguments) -> Trackers:
    """Return the trackers that the flags choose; raises UserError."""
    from kubectl_dog import api

    chosen = getattr(args, 'tracker', ())
    return api.trackers(getattr(args, 'rules', ()), chosen, _package_limit)


def _package_limit() -> AbstractContextManager[object]:
    # Most runs have no packages.
    from kubectl_dog.cli import package_code

    return package_code.limited()


def cluster(args: Arguments) -> dict[str, Any]:
    """Return the cluster flags as arguments of `api.connect`."""
    values = {field: getattr(args, field) for field in FIELDS}
    # A repeated flag that was not given is None, as the others are.
    flags = {field: None if value == [] else value for field, value in values.items()}
    limits = (flags['request_timeout'], getattr(args, 'timeout', None))
    # A run must not wait longer for an answer than for its verdict.
    flags['request_timeout'] = min(filter(None, limits), default=limits[0])
    if flags['verbosity'] is None and ci_systems.asks_for_debug(args):
        flags['verbosity'] = _LOG_REQUESTS
    if not args.connection:
        return flags
    from kubectl_dog.cli import package_code

    package_code.guard()
    return {**flags, 'connection': args.connection}
