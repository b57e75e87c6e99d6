"""Output for Buildkite: an annotation of the build, and a collapsed group of lines."""

from __future__ import annotations

import zlib

from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.ci import ci_output
from kubectl_dog.output.ci.ci_output import CiOutput
from kubectl_dog.output.ci.ci_output import Context
from kubectl_dog.output.ci.ci_output import Program
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.report import markdown
from kubectl_dog.output.report import run_facts


def create(context: Context) -> CiOutput:
    """Return the output of a run. A group lasts until the next one: the details are the last."""
    details = ci_output.details(context.run, Command(f'--- {ci_output.DETAILS}'))
    targets = ' '.join(f'{target.namespace}/{target.label}' for target in context.run.targets)
    # An annotation replaces that of a retry of the same targets, and not those of other runs.
    digest = f'{zlib.crc32(targets.encode("utf-8", "replace")):08x}'
    words = ('buildkite-agent', 'annotate', '--style', _style(context), '--context')
    program = Program((*words, f'kubectl-dog-{digest}'), markdown.create_report(context.run))
    return CiOutput((), details, (), (program,))


def _style(context: Context) -> str:
    verdict = run_facts.run_verdict(context.run)
    if verdict is Verdict.PROGRESSING:
        return 'info'
    if verdict in run_facts.GOOD:
        return 'success'
    return 'warning' if verdict in run_facts.STOPPED else 'error'
