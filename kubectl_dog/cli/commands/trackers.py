"""The command `trackers`: list all trackers, with their packages and whether they are used."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubectl_dog.cli import common_flags
from kubectl_dog.cli import target_flags
from kubectl_dog.cli.flags import Argument
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.model.errors import UserError

if TYPE_CHECKING:
    from kubectl_dog.model.tracker_info import KindInfo
    from kubectl_dog.model.tracker_info import TrackerInfo
    from kubectl_dog.tracking.plugins.registry import Trackers

_NOTES = (
    'The state of an object is determined by the first of these that exists for its kind: rules '
    'from --rules (in other commands), rules in the CustomResourceDefinition, a tracker of a '
    'package, rules included in kubectl-dog, the status of the object. If several packages have a '
    'tracker for a kind, the first package in alphabetical order is used, and a tracker of '
    'kubectl-dog only if there is no other. Use --tracker to select another package. A broken '
    'tracker is treated as not installed. See docs/write-a-tracker.md.',
    '',
    'If TEXT is a kind, the output also explains how its state is determined, and what its '
    'CustomResourceDefinition (from the cluster or from -f) says about the state.',
)


def trackers() -> Command:
    """Return the table of the command."""
    return Command(
        'trackers',
        run,
        'List the trackers with their kind, package and version, and whether they are used. Broken '
        'trackers are listed with the reason.',
        (
            *target_flags.files('CustomResourceDefinitions', 'Definitions'),
            common_flags.TRACKER._replace(common=True),
            *(flag._replace(common=False) for flag in common_flags.CLUSTER),
            *common_flags.table(),
        ),
        Argument('text', '[TEXT...]', 'Part of the name of a kind or package', '*'),
        _NOTES,
        (
            'kubectl dog trackers',
            'kubectl dog trackers certificate flux',
            'kubectl dog trackers certificates.cert-manager.io',
            'kubectl dog trackers Widget.example.com -f crd.yaml',
            'kubectl dog trackers -o json',
            'kubectl dog trackers --tracker Rollout.argoproj.io=acme-rollouts',
        ),
    )


def run(args: Arguments) -> int:
    """Import every package and print the trackers; returns 0 even if some are broken.

    Raises UserError if there are none for the texts.
    """
    from kubectl_dog import api
    from kubectl_dog.cli import standard_streams
    from kubectl_dog.output import colour
    from kubectl_dog.output import trackers_table
    from kubectl_dog.output.colour import Palette
    from kubectl_dog.output.stream_writer import Writer

    judges = common_flags.judges(args)
    inventory = api.tracker_inventory(judges)
    entries = [entry for entry in inventory if _matches(entry, args.text)]
    has_kinds = bool(args.text or args.filename or args.kustomize)
    kinds = _describe(args, judges, entries) if has_kinds else []
    palette = Palette(colour.is_enabled(args.color, os.environ, standard_streams.stdout().isatty()))
    if args.output == 'json':
        lines = [trackers_table.document(entries, kinds)]
    else:
        lines = trackers_table.table(entries, palette)
        lines += [line for info in kinds for line in trackers_table.describe(info)]
    Writer(standard_streams.stdout()).write(lines)
    if args.text and not entries and not kinds:
        raise UserError(_no_match(args.text, [entry.kind for entry in inventory]))
    return 0


def _no_match(texts: Sequence[str], kinds: Sequence[str]) -> str:
    from kubectl_dog.causes import suggestions

    names = {kind.partition('.')[0].lower(): kind for kind in kinds}
    similar = [
        names[name]
        for text in texts
        for name in suggestions.similar_names(text.partition('.')[0].lower(), list(names))
    ]
    hint = f'did you mean {similar[0]}?' if similar else '`kubectl dog trackers` lists all'
    return f'no kind or package matches "{" or ".join(texts)}": {hint}'


def _matches(entry: TrackerInfo, texts: Sequence[str]) -> bool:
    from kubectl_dog.cli import kind_lookup

    parts = (entry.kind.lower(), entry.package.lower())
    names = kind_lookup.names_of_kind(entry.kind)
    return not texts or any(
        any(text.lower() in part for part in parts)
        or any(name.startswith(text.lower()) for name in names)
        for text in texts
    )


def _describe(args: Arguments, judges: Trackers, entries: Sequence[TrackerInfo]) -> list[KindInfo]:
    """Rules for the kinds that are given by their exact names."""
    from kubectl_dog import api
    from kubectl_dog.cli import kind_lookup

    listed = [entry.kind for entry in entries]
    filters = [text for text in args.text if any(_matches(entry, [text]) for entry in entries)]
    kinds = kind_lookup.find_kinds(args, listed, filters)
    return [api.kind_info(judges, resource, definition) for resource, definition in kinds]
