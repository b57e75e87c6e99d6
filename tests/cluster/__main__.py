"""Build, start and stop the test cluster: see `python -m tests.cluster --help`."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys

from .harness import build
from .harness import paths
from .harness import settings
from .harness import sharing
from .harness.cluster import Cluster
from .harness.processes import Failed
from .harness.say import say


def main():
    """Runs the command line and returns the exit code."""
    chosen = _parser().parse_args()
    try:
        chosen.run(chosen)
    except (Failed, OSError, subprocess.SubprocessError) as error:
        say('%s', error)
        return 1
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m tests.cluster',
        description=f'A one-node Kubernetes {paths.VERSION} cluster on loopback, for the tests.',
    )
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    for function in (_up, _down, _env, _build):
        command = commands.add_parser(
            function.__name__[1:], help=function.__doc__, description=function.__doc__
        )
        command.set_defaults(run=function)
        if function is not _build:
            command.add_argument(
                '--state',
                metavar='DIR',
                default=paths.default_state(),
                help='where the cluster lives (default: %(default)s)',
            )
        if function is _up:
            for name, default in vars(settings.Ports()).items():
                command.add_argument(
                    f'--{name}-port', type=int, metavar='N', help=f'default: {default}'
                )
        if function is _down:
            command.add_argument(
                '--purge', action='store_true', help='delete the state directory, too'
            )
    return parser


def _up(chosen):
    """Start what does not run."""
    wanted = settings.load(
        chosen.state, api=chosen.api_port, etcd=chosen.etcd_port, kubelet=chosen.kubelet_port
    )
    Cluster(wanted).up()
    # From now on the tests do not stop it.
    sharing.marker(wanted).unlink(missing_ok=True)
    state = (
        ''
        if wanted.state == paths.default_state()
        else f' --state {shlex.quote(str(wanted.state))}'
    )
    say('The cluster is up. To use it:\n    eval "$(python -m tests.cluster env%s)"', state)


def _down(chosen):
    """Stop what was started, and clean up."""
    wanted = settings.load(chosen.state)
    if not (wanted.state / 'ports.json').exists():
        say('There is no cluster in %s.', wanted.state)
        return
    Cluster(wanted).down(purge=chosen.purge)
    say('The cluster is down.')


def _env(chosen):
    """Print shell commands that make kubectl use the cluster."""
    print(f'export KUBECONFIG={shlex.quote(str(settings.load(chosen.state).kubeconfig))}')
    print(f'export PATH={shlex.quote(str(paths.bin_dir()))}:"$PATH"')


def _build(_):
    """Build the programs of the cluster and of its tests, unless they are there."""
    print(build.ensure_usual())


if __name__ == '__main__':
    sys.exit(main())
