"""Print the Roles that a call needs, instead of making the call: `--print-rbac`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog import api
from kubectl_dog import managed_targets
from kubectl_dog import manifest_check
from kubectl_dog import target_resolution
from kubectl_dog.checks import call_rights
from kubectl_dog.checks import rights
from kubectl_dog.checks.call_rights import Call
from kubectl_dog.checks.rights import Right
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli import targets
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.gitops import inventory
from kubectl_dog.model import json_decoding
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import Writer


def print_for_targets(
    words: Sequence[str], options: Options, args: Arguments, may_compare: bool = True
) -> int:
    """Print the Roles for tracking targets with these options; returns the exit code.

    `may_compare`: targets are compared with the objects of files.
    """
    target_words, inputs = targets.read(words, args)
    with _connection(args) as connection:
        resolved = targets.find(target_words, inputs, connection, args.namespace)
        members = managed(connection, resolved.targets) if options.with_managed else ()
        checks = _check_rights(args, connection) if getattr(args, 'check', None) else ()
        releases = (connection.namespace,) if inputs.release else ()
        call = Call(
            (*resolved.targets, *members),
            options.logs,
            options.once,
            may_compare and bool(resolved.expected(options)),
            releases,
        )
        return print_for_call(call, checks)


@contextlib.contextmanager
def _connection(args: Arguments) -> Iterator[Connection]:
    with contextlib.closing(api.connect(**common_flags.cluster(args))) as connection:
        yield connection


def _check_rights(args: Arguments, connection: Connection) -> list[Right]:
    placed = list(
        target_resolution.read_manifests(args.filename, bool(args.recursive), args.kustomize)
    )
    kinds = target_resolution.resolver(connection)
    objects = manifest_check.objects_to_check(
        placed, connection.namespace, bool(args.namespace), kinds
    )
    return manifest_check.needed_rights(objects, has_dry_run=True)


def managed(connection: Connection, applications: Iterable[TargetOrGroup]) -> Iterator[Target]:
    """Yield what applications manage now."""
    for application in applications:
        if not isinstance(application, Target):
            continue
        path = application.resource.path(application.namespace, application.name)
        try:
            response = connection.get(path)
            obj = json_decoding.decode(response.body) if response.status == 200 else None
        except (UnreachableError, ValueError):
            obj = None
        known = inventory.managed_objects(obj, application.resource) if obj else None
        if known is None or known.inventory is None:
            _note(f'{application.label}: it is not known what it manages, so its kinds are missing')
        else:
            yield from managed_targets.resolve(connection, known.inventory).targets


def print_for_call(call: Call, more: Iterable[Right] = ()) -> int:
    """Print the Roles for a call, and `more` rights; returns the exit code."""
    needed = sorted({*call_rights.needed_rights(call), *more})
    return print_roles(rights.write_roles(needed, call_rights.optional_rights(call)))


def print_for_everything(args: Arguments) -> int:
    """Print the Roles for the status of all objects; returns the exit code."""
    from kubectl_dog.tracking.status import everything

    with _connection(args) as connection:
        namespace = '' if args.all_namespaces else connection.namespace
        kinds = everything.choose_kinds(target_resolution.resolver(connection).listed(), namespace)
        verbs = ('list', 'watch') if args.watch else ('list',)
        needed = sorted(
            Right(namespace, kind.group, kind.plural, verb)
            for kind in (*kinds.rows, *kinds.evidence)
            for verb in verbs
        )
    return print_roles(rights.write_roles(needed))


def print_roles(lines: Iterable[str]) -> int:
    """Print Roles; returns the exit code."""
    texts = [sentence(line) for line in lines]
    # CI systems obey lines that begin with `---`, and so these are escaped in other texts.
    Writer(standard_streams.stdout()).write(texts, trusted_start=True)
    return 0


def _note(text: str) -> None:
    sys.stderr.write(f'note: {sentence(text)}\n')
