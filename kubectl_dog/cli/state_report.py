"""Assess targets or the objects of files once, and print their states: the command `status`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import NamedTuple

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog import target_resolution
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli import targets
from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.model.errors import MissingError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.events import DeniedRead
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.objects import name
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.statuses import exit_code
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import colour
from kubectl_dog.output import status_table
from kubectl_dog.output import status_tree
from kubectl_dog.output import wording
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import Writer

if TYPE_CHECKING:
    from kubectl_dog.model.connection import Connection
    from kubectl_dog.tracking.plugins.registry import Trackers
    from kubectl_dog.tracking.status.everything import Inventory


class Report(NamedTuple):
    """What to print: statuses, the children of targets, and targets without a status.

    `is_everything`: the statuses are those of all objects in a namespace or in the cluster.
    `clock_offset`: the seconds to add to the local clock to get the time of the objects.
    `denied_reads` is what the user may not read.
    """

    statuses: Sequence[Status]
    unseen: Sequence[TargetEnded] = ()
    children: Sequence[Status] = ()
    is_everything: bool = False
    clock_offset: float = 0.0
    denied_reads: Sequence[DeniedRead] = ()

    def rows(self, folds: bool) -> list[status_tree.Row]:
        """Return the rows of the table; see `arrange`."""
        return status_tree.arrange((*self.statuses, *self.children), folds)

    def exit_code(self) -> int:
        """Return the exit code with `--exit-code`.

        If `is_everything`, only the rows of the table count, because many namespaces keep pods and
        Jobs that failed in the past.
        """
        counted = self.statuses
        if self.is_everything:
            counted = [row.status for row in self.rows(folds=False)]
        states = [status.state for status in counted]
        return exit_code(states, *(ended.verdict for ended in self.unseen))


def run(args: Arguments) -> int:
    """Print the states; returns the exit code."""
    if args.print_rbac:
        return _print_roles(args)
    judges = common_flags.judges(args)
    if args.watch:
        from kubectl_dog.cli import status_watch

        return status_watch.run(args, judges)
    report = _local(args, judges) if args.local else _live(args, judges)
    print_notices(judges.notices())
    if args.output == 'json':
        lines = [status_table.document(report.statuses, report.denied_reads)]
    else:
        size = terminal_size()
        rows = report.rows(folds=size is not None)
        lines = lines_for(rows, palette(args), size, report.is_everything, report.clock_offset)
    Writer(standard_streams.stdout()).write(lines)
    if report.is_everything and args.output != 'json' and lines:
        print_notices([status_table.summary(rows)])
    if args.exit_code:
        return report.exit_code()
    return exit_code((), *(ended.verdict for ended in report.unseen))


def _print_roles(args: Arguments) -> int:
    from kubectl_dog.cli import role_output

    if args.local:
        raise UserError('--local reads no cluster: it needs no Role (--print-rbac)')
    if wants_everything(args):
        return role_output.print_for_everything(args)
    options = tracking_flags.judgement(args)._replace(logs=False, once=not args.watch)
    return role_output.print_for_targets(args.target, options, args, may_compare=False)


def _local(args: Arguments, judges: Trackers) -> Report:
    if args.target or args.helm_release:
        raise UserError('--local assesses objects in files: use -f FILE, without targets')
    if not args.filename and not args.kustomize:
        raise UserError('--local needs -f FILE (-f - for standard input) or -k DIR')
    for flag in common_flags.CLUSTER:
        # The namespace selects objects in the files.
        if flag.dest != 'namespace' and getattr(args, flag.dest) not in (None, '', []):
            raise UserError(f'--local cannot be combined with {flag.names[-1]}: it uses no cluster')
    _, inputs = targets.read((), args)
    placed = target_resolution.read_manifests(inputs.files, inputs.recursive, inputs.directory)
    selected = list(target_resolution.filter_by_labels(placed, inputs.selector or ''))
    _note_nameless(selected)
    objects = (entry.object for entry in selected)
    statuses = api.statuses_from_objects(objects, judges, tracking_flags.judgement(args))
    if args.namespace:
        if statuses and not any(status.namespace for status in statuses):
            raise UserError('-n has no effect: no object in the files has a namespace')
        # Filtered after the assessment, which may use objects without a namespace.
        statuses = tuple(status for status in statuses if status.namespace in ('', args.namespace))
    _check_found(statuses, args)
    return Report(statuses)


def _note_nameless(placed: Sequence[target_resolution.Placed]) -> None:
    nameless = [entry.place for entry in placed if not name(entry.object)]
    if nameless:
        more = f' and {len(nameless) - 1} more' if nameless[1:] else ''
        print_notices([f'note: objects without metadata.name: {nameless[0]}{more}'])


def _check_found(statuses: Sequence[Status], args: Arguments) -> None:
    if not statuses:
        if args.exit_code:
            raise UserError('no objects found: --exit-code needs at least one')
        print_notices(['no objects found'])


def _live(args: Arguments, judges: Trackers) -> Report:
    if wants_everything(args):
        return _everything(args, judges)
    words, inputs = targets.read(args.target, args)
    connection = api.connect(**common_flags.cluster(args))
    resolved = targets.find(words, inputs, connection, args.namespace)
    source, options = api.live_source(connection), tracking_flags.judgement(args)
    live = api.live_statuses(source, resolved.targets, judges, options)
    print_notices([*map(describe_unseen, live.not_seen), *live.notices])
    return Report(
        live.statuses, live.not_seen, live.children,
        clock_offset=connection.clock_offset, denied_reads=live.denied_reads,
    )  # fmt: skip


def _everything(args: Arguments, judges: Trackers) -> Report:
    connection = api.connect(**common_flags.cluster(args))
    try:
        inventory = read_everything(args, connection, judges)
        statuses = inventory.statuses()
        if not statuses:
            check_namespace(args, connection)
    finally:
        connection.close()
    _check_found(statuses, args)
    offset, denied = connection.clock_offset, inventory.denied_reads
    return Report(statuses, is_everything=True, clock_offset=offset, denied_reads=denied)


def wants_everything(args: Arguments) -> bool:
    """Return whether `-n` or `-A` is used without targets; raises UserError if neither is."""
    if args.target or args.filename or args.kustomize or args.helm_release or args.recursive:
        return False
    if args.selector is not None:
        return False
    if not args.namespace and not args.all_namespaces:
        raise UserError(
            'no targets: use TYPE/NAME, such as deploy/web, TYPE -l SELECTOR, -f FILE, -k DIR, '
            '--helm-release NAME, or only -n NAME or -A for everything'
        )
    return True


def read_everything(args: Arguments, connection: Connection, judges: Trackers) -> Inventory:
    """Read all objects of the namespace, or with `-A` of the cluster; print notices."""
    namespace = '' if args.all_namespaces else connection.namespace
    options = tracking_flags.judgement(args)
    inventory, notices = api.inventory(connection, namespace, judges, options)
    print_notices(f'note: {notice}' for notice in notices)
    return inventory


def check_namespace(args: Arguments, connection: Connection) -> None:
    """Raise MissingError if the namespace of the call does not exist."""
    if not args.all_namespaces and not target_resolution.has_namespace(connection):
        raise MissingError(f'namespace {connection.namespace} does not exist')


def describe_unseen(ended: TargetEnded) -> str:
    """Return a sentence about a target without a status."""
    label, namespace = ended.target.label, ended.target.namespace
    if ended.verdict is Verdict.NO_ACCESS:
        return f'{label} cannot be read: {ended.message}{wording.access_advice(ended)}'
    if ended.verdict is Verdict.NEVER_APPEARED:
        if not ended.target.name:
            return ended.message
        return f'{label} does not exist' + (f' in namespace {namespace}' if namespace else '')
    return f'{label} was not read: the cluster did not answer in time'


def print_notices(notices: Iterable[str]) -> None:
    """Print sentences to standard error."""
    for notice in notices:
        sys.stderr.write(f'{sentence(notice)}\n')


def palette(args: Arguments) -> Palette:
    """Return the colours for standard output."""
    is_terminal = platform_compat.is_terminal(standard_streams.stdout())
    return Palette(colour.is_enabled(args.color, os.environ, is_terminal))


def terminal_size() -> os.terminal_size | None:
    """Return the size of standard output; None if it is no terminal."""
    import shutil

    if not platform_compat.is_terminal(standard_streams.stdout()):
        return None
    return shutil.get_terminal_size()


def lines_for(
    rows: Sequence[status_tree.Row],
    palette: Palette,
    size: os.terminal_size | None,
    may_fold: bool,
    clock_offset: float,
) -> list[str]:
    """Return the lines of a table; `may_fold`: count ready objects if not all rows fit.

    `clock_offset` is that of the report.
    """
    width = size.columns if size else None
    now = time.time() + clock_offset
    lines = status_table.render(rows, palette, now, width)
    if may_fold and size and len(lines) > size.lines - 2:
        lines = status_table.render(status_tree.fold_ready(rows), palette, now, width)
    return lines
