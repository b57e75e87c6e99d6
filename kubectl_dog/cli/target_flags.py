"""The flags for targets."""

from __future__ import annotations

from kubectl_dog.cli.flags import Argument
from kubectl_dog.cli.flags import Flag
from kubectl_dog.cli.flags import create_flag

ARGUMENT = Argument(
    'target',
    '[TARGET...]',
    'TYPE/NAME, or TYPE followed by names (deploy web), or TYPE with -l; TYPE may be a list '
    '(deploy,sts). Without targets: -f, -k or --helm-release',
    number='*',
)
_SELECTION = (
    create_flag(
        '-l, --selector SELECTOR',
        "Label selector of the targets; '' selects all objects of the type",
    ),
    create_flag('-A, --all-namespaces', 'Select objects in all namespaces; requires -l'),
)
_FILES = (
    create_flag(
        '-f, --filename FILE',
        'File, directory or URL with the targets, or - for standard input',
        repeated=True,
    ),
    create_flag('-R, --recursive', 'Process directories recursively'),
    create_flag(
        '-k, --kustomize DIR',
        'Directory from which kubectl kustomize builds the targets',
        default='',
    ),
)
_HELM = create_flag(
    '--helm-release NAME',
    'Helm release whose objects are the targets; helm is not needed',
    default='',
)
FLAGS = tuple(flag._replace(group='Target', common=True) for flag in (*_SELECTION, *_FILES, _HELM))


def files(content: str, group: str) -> tuple[Flag, ...]:
    """The flags for files; their help names the content instead of the targets."""
    return tuple(
        flag._replace(group=group, common=True, help=flag.help.replace('the targets', content))
        for flag in _FILES
    )
