"""Flags that several commands share, and the values that they become."""

from __future__ import annotations

import argparse
from typing import Any

from kubectl_dog.model import times
from kubectl_dog.model.errors import UserError
from kubectl_dog.output import colour
from kubectl_dog.output import formats

# Names, metavar, and help; an empty help keeps a flag that few need out of --help.
_CLUSTER: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (('-n', '--namespace'), 'NAME', 'the namespace to look in'),
    (('--kubeconfig', '--kube-config'), 'FILE', 'the kubeconfig file to use'),
    (('--kube-config-base64',), 'TEXT', ''),
    (('--context', '--kube-context'), 'NAME', 'the kubeconfig context to use'),
    (('--cluster',), 'NAME', 'the kubeconfig cluster to use'),
    (('--user',), 'NAME', 'the kubeconfig user to use'),
    (('-s', '--server'), 'URL', 'address of the API server'),
    (('--proxy-url',), 'URL', 'the proxy to reach the server by'),
    (('--token',), 'TOKEN', 'bearer token for the API server'),
    (('--username',), 'NAME', ''),
    (('--password',), 'TEXT', ''),
    (('--as',), 'NAME', 'the user to act as'),
    (('--as-uid',), 'UID', 'the uid to act as'),
    (('--certificate-authority',), 'FILE', 'certificates of the authority to trust'),
    (('--client-certificate',), 'FILE', 'client certificate for TLS'),
    (('--client-key',), 'FILE', 'client key for TLS'),
    (('--tls-server-name',), 'NAME', "name to check the server's certificate for"),
)
_LISTS = (
    ('--as-group', 'NAME', 'a group to act as; may be repeated'),
    ('--as-user-extra', 'KEY=VALUE', 'an extra field to act with; may be repeated'),
)
_SWITCHES = (
    ('--insecure-skip-tls-verify', "do not check the server's certificate"),
    ('--disable-compression', ''),
)
# The field of ConnectionFlags for each cluster flag.
FIELDS = {
    '--namespace': 'namespace',
    '--kubeconfig': 'kubeconfig',
    '--kube-config-base64': 'kubeconfig_base64',
    '--context': 'context',
    '--cluster': 'cluster',
    '--user': 'user',
    '--server': 'server',
    '--proxy-url': 'proxy_url',
    '--token': 'token',
    '--username': 'username',
    '--password': 'password',
    '--as': 'as_user',
    '--as-uid': 'as_uid',
    '--certificate-authority': 'certificate_authority',
    '--client-certificate': 'client_certificate',
    '--client-key': 'client_key',
    '--tls-server-name': 'tls_server_name',
    '--as-group': 'as_group',
    '--as-user-extra': 'as_user_extra',
    '--insecure-skip-tls-verify': 'insecure_skip_tls_verify',
    '--disable-compression': 'disable_compression',
    '--request-timeout': 'request_timeout',
    '--v': 'verbosity',
}


def seconds(text: str) -> float:
    """Parse a duration in seconds, for argparse."""
    try:
        return times.parse_duration(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add the flags for kubeconfig and cluster, with the names of kubectl and kubedog."""
    group = parser.add_argument_group('cluster')
    for names, metavar, text in _CLUSTER:
        primary, *aliases = _long_names(names)
        group.add_argument(
            *(name for name in names if name not in aliases),
            metavar=metavar,
            help=text or argparse.SUPPRESS,
        )
        for alias in aliases:
            group.add_argument(alias, dest=_field(primary), help=argparse.SUPPRESS)
    for name, metavar, text in _LISTS:
        parse = _key_value if '=' in metavar else str
        group.add_argument(name, action='append', type=parse, metavar=metavar, help=text)
    for name, text in _SWITCHES:
        switch(group, name, text)
    group.add_argument(
        '--request-timeout',
        type=seconds,
        metavar='TIME',
        help='give up on a single request after this time',
    )
    group.add_argument('-v', '--v', type=int, metavar='LEVEL', help='6 and more: tell the requests')
    group.add_argument(
        '--connection',
        default='',
        metavar='NAME',
        help='how requests are sent: kubeconfig (default), kubernetes (the official client)',
    )


def switch(group: Any, name: str, text: str, field: str = '') -> None:
    """Add a flag that is on or off: `--name`, `--name=false`; None if it is absent.

    An optional value would take the target that follows, so each value is a flag of its own.
    """
    field = field or _field(name)
    group.add_argument(
        name,
        dest=field,
        action='store_const',
        const=True,
        help=text or argparse.SUPPRESS,
    )
    for value in ('1', 't', 'T', 'true', 'TRUE', 'True', '0', 'f', 'F', 'false', 'FALSE', 'False'):
        group.add_argument(
            f'{name}={value}',
            dest=field,
            action='store_const',
            const=boolean(value),
            help=argparse.SUPPRESS,
        )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the output flags of commands that print a stream of events."""
    group = parser.add_argument_group('output')
    group.add_argument(
        '-o',
        '--output',
        choices=tuple(formats.FORMATS),
        default=formats.DEFAULT,
        help=formats.describe_formats(),
    )
    group.add_argument(
        '--output-prefix',
        default='',
        metavar='TEXT',
        help='put this before every line',
    )
    group.add_argument(
        '--color',
        choices=colour.CHOICES,
        default='auto',
        help='colour the plain text (default: auto, on a terminal)',
    )


def add_table(parser: argparse.ArgumentParser) -> None:
    """Add the output flags of commands that print a table."""
    group = parser.add_argument_group('output')
    group.add_argument(
        '-o',
        '--output',
        choices=('table', 'json'),
        default='table',
        help='a table, or one JSON document (default: table)',
    )
    group.add_argument(
        '--color',
        choices=colour.CHOICES,
        default='auto',
        help='colour the table (default: auto, on a terminal)',
    )


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add the flags that choose rules and trackers."""
    parser.add_argument(
        '--rules',
        action='append',
        default=[],
        metavar='FILE',
        help='rules (YAML) that say what ready, failed and paused mean for a kind; they win over '
        'everything else, may be repeated; see docs/rules.md',
    )
    add_tracker(parser)


def add_tracker(parser: argparse.ArgumentParser) -> None:
    """Add the flag that chooses a package for a kind."""
    parser.add_argument(
        '--tracker',
        action='append',
        default=[],
        metavar='KIND=PACKAGE',
        help='let this package judge a kind, like Lamp.example.com=acme-lamps; may be repeated; '
        'see `trackers`',
    )


def add_record(parser: argparse.ArgumentParser) -> None:
    """Add the flag for recordings."""
    parser.add_argument('--record', metavar='FILE', help='write a recording for `replay`')


def boolean(text: str) -> bool:
    """Parse a boolean as Go does, for argparse."""
    values = {'true': True, 't': True, '1': True, 'false': False, 'f': False, '0': False}
    if text.lower() not in values:
        raise argparse.ArgumentTypeError('must be true or false')
    return values[text.lower()]


def cluster(args: argparse.Namespace) -> dict[str, Any]:
    """The cluster flags as arguments of `api.connect`."""
    flags = {field: getattr(args, _field(name)) for name, field in FIELDS.items()}
    return {**flags, 'connection': args.connection} if args.connection else flags


def _long_names(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name.startswith('--')]


def _field(name: str) -> str:
    return name.lstrip('-').replace('-', '_')


def _key_value(text: str) -> str:
    if not text.partition('=')[0] or '=' not in text:
        raise argparse.ArgumentTypeError(f'{text!r} is not KEY=VALUE')
    return text
