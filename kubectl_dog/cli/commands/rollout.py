"""The command `rollout`: track targets until they are ready or have failed."""

from __future__ import annotations

import argparse
from typing import Any

from kubectl_dog.cli import common_flags
from kubectl_dog.cli import foreground
from kubectl_dog.cli import log_flags
from kubectl_dog.cli import rollout_flags
from kubectl_dog.cli import target_flags
from kubectl_dog.cli import tracking_flags

# Words that users of `kubectl rollout status` and `kubedog rollout track` type; ignored here.
_IGNORED_WORDS = ('status', 'track')
_EXAMPLES = """\
examples:
  kubectl dog rollout deploy/web
  kubectl dog rollout deploy/web -n shop --timeout 5m
  kubectl dog rollout deploy,sts -l app=shop
  kubectl dog rollout -f k8s/ -R
  helm get manifest shop | kubectl dog rollout -f -
  kubectl dog rollout --helm-release shop
  kubectl dog rollout pod smoke-test -o json
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        'rollout',
        help='track until the targets are ready, or one has failed, and say why',
        description='Track a rollout until it is ready, or failed, and say why.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    target_flags.add(parser)
    for name, text in (('-w', ''), ('--watch', '--watch=false takes one look (6: paused)')):
        common_flags.switch(parser, name, text, field='watch')
    tracking_flags.add_timeout(parser)
    rollout_flags.add(parser)
    common_flags.add_rules(parser)
    log_flags.add(parser)
    common_flags.add_cluster(parser)
    common_flags.add_output(parser)
    common_flags.add_record(parser)
    parser.set_defaults(run=run, ignored_words=_IGNORED_WORDS)


def run(args: argparse.Namespace) -> int:
    """Track the targets; returns the exit code of the verdicts."""
    words = args.target
    has_inputs = args.filename or args.kustomize or args.helm_release
    if words and words[0] in _IGNORED_WORDS and (len(words) > 1 or has_inputs):
        words = words[1:]
    return foreground.track_targets(words, rollout_flags.options(args), args)
