"""Output for Azure Pipelines: issues of the task, a group, and a summary of the run."""

from __future__ import annotations

import os

from kubectl_dog.output.ci import ci_output
from kubectl_dog.output.ci.ci_output import Annotation
from kubectl_dog.output.ci.ci_output import CiOutput
from kubectl_dog.output.ci.ci_output import Context
from kubectl_dog.output.ci.ci_output import FileText
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.report import markdown

_MAX_ISSUES = 50
_MAX_MESSAGE = 4096


def create(context: Context) -> CiOutput:
    """Return the output of a run."""
    commands = [_issue(entry) for entry in ci_output.cause_annotations(context)][:_MAX_ISSUES]
    files, folder = [], context.environment.get('AGENT_TEMPDIRECTORY', '')
    if folder:
        path = os.path.join(folder, f'kubectl-dog-{ci_output.ascii_word(context.token)}.md')
        files.append(FileText(path, markdown.create_report(context.run)))
        commands.append(Command(f'##vso[task.uploadsummary]{_escape(path)}'))
    group = Command(f'##[group]{ci_output.DETAILS}')
    details = ci_output.details(context.run, group, Command('##[endgroup]'))
    return CiOutput(commands, details, files)


def _issue(entry: Annotation) -> Command:
    properties = {'type': entry.level}
    if entry.location:
        properties['sourcepath'] = entry.location.file
        properties['linenumber'] = str(entry.location.line)
    properties['code'] = entry.code
    written = ''.join(f'{name}={_property(value)};' for name, value in properties.items())
    message = ci_output.clip_lines([entry.title, *entry.lines], _MAX_MESSAGE)
    return Command(f'##vso[task.logissue {written}]{_escape(message)}')


def error(text: str) -> Command:
    """Return the issue for an error before a run."""
    shown = ci_output.clip_lines([text], _MAX_MESSAGE)
    return Command(f'##vso[task.logissue type=error;]{_escape(shown)}')


def _escape(text: str) -> str:
    return text.replace('%', '%AZP25').replace('\r', '%0D').replace('\n', '%0A')


def _property(text: str) -> str:
    return _escape(text).replace(';', '%3B').replace(']', '%5D')
