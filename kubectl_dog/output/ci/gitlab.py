"""Output for GitLab CI: a collapsed section, and links to reports for the page of the job."""

from __future__ import annotations

import json
import os
import posixpath
from urllib.parse import quote

from kubectl_dog.output.ci import ci_output
from kubectl_dog.output.ci.ci_output import CiOutput
from kubectl_dog.output.ci.ci_output import Context
from kubectl_dog.output.ci.ci_output import FileText
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.report import run_facts

# The name of the file for `artifacts:reports:annotations`.
ANNOTATIONS = 'kubectl-dog-annotations.json'
_CLEAR = '\x1b[0K'


def create(context: Context) -> CiOutput:
    """Return the output of a run."""
    # Names of sections are unique in a job.
    name = f'kubectl_dog_{ci_output.ascii_word(context.token)}'
    started = int(context.run.started)
    ended = int(context.run.started + context.run.seconds)
    begin = f'{_CLEAR}section_start:{started}:{name}[collapsed=true]\r{_CLEAR}'
    end = f'{_CLEAR}section_end:{ended}:{name}\r{_CLEAR}'
    commands = Command(ci_output.DETAILS, begin), Command('', end)
    return CiOutput((), ci_output.details(context.run, *commands), _links(context))


def _links(context: Context) -> list[FileText]:
    """Return the annotations report: a link to the HTML page in the artifacts of the job."""
    env, page = context.environment, context.reports.get('html', '')
    project, job = env.get('CI_PROJECT_DIR', ''), env.get('CI_JOB_URL', '')
    if not (page and project and job):
        return []
    path = os.path.relpath(page, project).replace(os.sep, '/')
    if path.startswith('../'):
        # It cannot become an artifact.
        return []
    verdict = run_facts.run_verdict(context.run).value.replace('-', ' ')
    url = f'{job}/artifacts/file/{quote(posixpath.normpath(path))}'
    run = 'check' if context.run.mode == 'check' else 'rollout'
    link = {'external_link': {'label': f'Report of the {run} ({verdict})', 'url': url}}
    text = json.dumps({'kubectl dog': [link]}, indent=2)
    return [FileText(os.path.join(project, ANNOTATIONS), f'{text}\n')]
