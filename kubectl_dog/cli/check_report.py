"""Check the objects of files before apply, and print the result: the command `check`."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

from kubectl_dog import api
from kubectl_dog import manifest_check
from kubectl_dog import target_resolution
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import foreground
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import report_files
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import UsageError
from kubectl_dog.model import events
from kubectl_dog.output.escape import sentence


def run(args: Arguments) -> int:
    """Check the objects and print the result; returns the exit code."""
    if not (args.filename or args.kustomize):
        raise UsageError('no objects to check: use -f or -k')
    if args.print_rbac:
        return _print_roles(args)
    report_files.prepare(args)
    output_choice.prepare(args)
    return _play(_check(args, args.dry_run == 'server'), args)


def run_before_rollout(args: Arguments) -> int:
    """Check the objects; prints only notices, as notes, if there is no problem."""
    if '-' in args.filename:
        raise UsageError(
            '-f - cannot be combined with --check, which reads files twice: use a file'
        )
    if not (args.filename or args.kustomize):
        raise UsageError('--check needs files with the objects: use -f or -k')
    result = _check(args, has_dry_run=True)
    if result.exit_code:
        report_files.prepare(args)
        output_choice.prepare(args)
        return _play(result, args)
    for event in result.batch:
        if isinstance(event, events.Notice):
            name = f'{event.target.label}: ' if event.target else ''
            sys.stderr.write(f'note: {sentence(f"{name}{event.text}")}\n')
    return 0


def _check(args: Arguments, has_dry_run: bool) -> manifest_check.CheckRun:
    started = time.time()
    with _objects(args) as (connection, objects):
        return manifest_check.check(connection, objects, has_dry_run, started)


@contextlib.contextmanager
def _objects(
    args: Arguments,
) -> Iterator[tuple[target_resolution.Connection, manifest_check.ObjectsToCheck]]:
    """Open a connection, and yield it with the objects of the files."""
    placed = list(
        target_resolution.read_manifests(args.filename, bool(args.recursive), args.kustomize)
    )
    connection = api.connect(**common_flags.cluster(args))
    with contextlib.closing(connection):
        kinds = target_resolution.resolver(connection)
        has_flag = bool(args.namespace)
        yield (
            connection,
            manifest_check.objects_to_check(placed, connection.namespace, has_flag, kinds),
        )


def _print_roles(args: Arguments) -> int:
    from kubectl_dog.cli import role_output

    with _objects(args) as (_, objects):
        return role_output.print_roles(manifest_check.roles(objects, args.dry_run == 'server'))


def _play(result: manifest_check.CheckRun, args: Arguments) -> int:
    [began] = [event for event in result.batch if isinstance(event, events.RunBegan)]
    namespaces = {target.namespace for target in began.targets if target.namespace}
    several = len(began.targets) > 1
    session = api.RunningSession(
        result, result, several=several, show_namespaces=len(namespaces) > 1
    )
    return foreground.run(session, args)
