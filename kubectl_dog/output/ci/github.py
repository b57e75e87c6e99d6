"""Output for GitHub Actions: annotations, a group, the step summary and outputs of the step."""

from __future__ import annotations

from collections import Counter

from kubectl_dog.output.ci import ci_output
from kubectl_dog.output.ci.ci_output import Annotation
from kubectl_dog.output.ci.ci_output import CiOutput
from kubectl_dog.output.ci.ci_output import Context
from kubectl_dog.output.ci.ci_output import FileText
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.report import markdown
from kubectl_dog.output.report import run_facts

# The runner drops further annotations of a type, and the rest of longer messages.
MAX_ANNOTATIONS = 10
MAX_MESSAGE = 4096
# Bytes: a larger summary of a step is lost as a whole.
MAX_SUMMARY = 1024 * 1024
_MAX_TITLE = 200


def create(context: Context) -> CiOutput:
    """Return the output of a run."""
    env, files = context.environment, []
    if env.get('GITHUB_STEP_SUMMARY'):
        text = f'{markdown.create_report(context.run)}\n'
        files.append(FileText(env['GITHUB_STEP_SUMMARY'], text, append=True, limit=MAX_SUMMARY))
    if env.get('GITHUB_OUTPUT'):
        files.append(FileText(env['GITHUB_OUTPUT'], _outputs(context), append=True))
    group = Command(f'::group::{_data(ci_output.DETAILS)}')
    details = ci_output.details(context.run, group, Command('::endgroup::'))
    return CiOutput(_annotations(context), details, files)


def _annotations(context: Context) -> list[Command]:
    counts: Counter[str] = Counter()
    kept = []
    for annotation in ci_output.cause_annotations(context):
        counts[annotation.level] += 1
        if counts[annotation.level] <= MAX_ANNOTATIONS:
            kept.append(annotation)
    for level, count in counts.items():
        if count > MAX_ANNOTATIONS:
            last = max(at for at, entry in enumerate(kept) if entry.level == level)
            text = f'{count - MAX_ANNOTATIONS + 1} more causes are in the log and in the summary'
            kept[last] = kept[last]._replace(title='more causes', lines=(text,), location=None)
    return [_annotation(entry) for entry in kept]


def _annotation(entry: Annotation) -> Command:
    properties = {}
    if entry.location:
        properties = {'file': entry.location.file, 'line': str(entry.location.line)}
    properties['title'] = ci_output.clip_lines([entry.title], _MAX_TITLE)
    written = ','.join(f'{name}={_property(value)}' for name, value in properties.items())
    message = ci_output.clip_lines(entry.lines, MAX_MESSAGE)
    return Command(f'::{entry.level} {written}::{_data(message)}')


def error(text: str) -> Command:
    """Return the annotation for an error before a run."""
    return Command(f'::error title=kubectl dog::{_data(ci_output.clip_lines([text], MAX_MESSAGE))}')


def _data(text: str) -> str:
    return text.replace('%', '%25').replace('\r', '%0D').replace('\n', '%0A')


def _property(text: str) -> str:
    return _data(text).replace(':', '%3A').replace(',', '%2C')


def _outputs(context: Context) -> str:
    """Return the lines of outputs. The code of a cause may come from a package of trackers."""
    run = context.run
    failed = [entry for entry in run_facts.outcomes(run) if entry.end.explanation.cause]
    codes = dict.fromkeys(entry.code for entry in failed if not entry.is_successful)
    code = run.end.exit_code if run.end else 70
    delimiter = f'kubectl-dog-{context.token}'
    return (
        f'verdict={run_facts.run_verdict(run).value}\n'
        f'exit-code={code}\n'
        f'cause<<{delimiter}\n{next(iter(codes), "")}\n{delimiter}\n'
    )
