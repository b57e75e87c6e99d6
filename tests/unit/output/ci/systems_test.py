from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.cli import ci_systems
from kubectl_dog.model import events
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.ci import ci_output
from kubectl_dog.output.ci import github
from kubectl_dog.output.ci import teamcity
from kubectl_dog.output.ci.ci_output import CiOutput
from kubectl_dog.output.ci.ci_output import Context
from kubectl_dog.output.ci.ci_output import Location
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.escape import break_tokens
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import Writer
from tests.unit import ci
from tests.unit import run_records
from tests.unit.output.ci.runner_models import MODELS
from tests.unit.run_records import API
from tests.unit.run_records import WEB
from tests.unit.run_records import cause
from tests.unit.run_records import ended
from tests.unit.run_records import failed
from tests.unit.run_records import logged
from tests.unit.run_records import record
from tests.unit.run_records import warned

ENV = {
    'GITHUB_STEP_SUMMARY': '/s',
    'GITHUB_OUTPUT': '/o',
    'AGENT_TEMPDIRECTORY': '/agent',
    'CI_PROJECT_DIR': '/project',
    'CI_JOB_URL': 'https://gitlab.example/shop/-/jobs/7',
}
PLACE = Location('k8s/web.yaml', 17)
LOCATED = {(WEB, 'CrashLoop', 'web'): PLACE, (WEB, '', ''): Location('k8s/web.yaml', 1)}


def output(name, run, locations=LOCATED, **fields):
    context = Context(run, locations, ENV, fields.pop('reports', {}), 'a1b2')
    return ci_systems.create(name, context)


def printed(result, encoding='utf-8'):
    """What arrives on standard output."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding, newline='')
    writer = BackgroundWriter(Writer(stream))
    writer.write_mixed([*result.commands, *result.details])
    assert writer.close()
    return stream.detach().getvalue().decode(encoding)


def commands_of(name, run, **fields):
    return list(MODELS[name](printed(output(name, run, **fields))))


FAILED = failed(logged('FATAL: no "schema"'), warned('back-off', 3))
EXPECTED = {
    'github': ['error', 'group', 'endgroup'],
    'gitlab': ['start', 'end'],
    'azure': ['task.logissue', 'task.uploadsummary', '[group]', '[endgroup]'],
    'teamcity': ['buildProblem', 'blockOpened', 'blockClosed'],
    'buildkite': ['---'],
}


@pytest.mark.parametrize('name', EXPECTED)
def test_commands_for_a_failed_target(name):
    assert [command.name for command in commands_of(name, FAILED)] == EXPECTED[name]
    text = printed(output(name, FAILED))
    for detail in ('po/…-7hgfw ⚠ Oops: back-off (3 times)', '│ FATAL: no "schema"', '▒▒▒'):
        assert detail in text


@pytest.mark.parametrize('name', EXPECTED)
def test_a_ready_target_has_a_summary_and_no_lines(name):
    result = output(name, record(ended(verdict=Verdict.READY)))
    assert list(result.details) == []
    assert [line.text for line in result.commands if 'uploadsummary' not in line.text] == []


HOSTILE = ("'|]\n[", '%0A::error::x', '\r', '%3A', ';', ']', '##vso[a.b]', '|n', 'section_start:')
HOSTILE += ('‘|]', '│]', '%AZP25', "|'", '\x1b[0Ksection_start:1:a\r\x1b[0K', '--- x', ',file=x')
HOSTILE += ('##[error]x', ';sourcepath=x;', '##teamcity[', '::error::')


@ci.SETTINGS
@given(
    st.one_of(ci.TEXT, st.lists(st.sampled_from(HOSTILE), max_size=5).map(''.join)),
    st.sampled_from(('utf-8', 'ascii')),
    st.booleans(),
)
@pytest.mark.parametrize('name', EXPECTED)
def test_no_text_of_the_cluster_commands_any_system(name, text, encoding, waits):
    result = output(name, run_records.hostile(text, waits), {})
    shown = printed(result, encoding)
    commands = list(MODELS[name](shown))
    assert {command.name for command in commands} <= {*EXPECTED[name], 'warning'}
    # An error, a warning, and what surrounds the details.
    assert len(commands) <= len(EXPECTED[name]) + 1
    keys = {key for command in commands for key in command.properties}
    assert keys <= {'title', 'type', 'code', 'name', 'options', 'at', 'description', 'identity'}
    own = [entry for entry in (*result.commands, *result.details) if isinstance(entry, Command)]
    others = printed(CiOutput(details=[entry for entry in result.details if entry not in own]))
    assert (ci.obeyed(others), ci.controls(others)) == ([], [])
    for other in set(MODELS) - {name}:
        # GitHub knows the groups of Azure.
        strangers = [command.name for command in MODELS[other](shown)]
        assert set(strangers) <= ({'##['} if name == 'azure' else set())
        assert strangers.count('##[') <= 2


@ci.SETTINGS
@given(ci.TEXT)
def test_texts_arrive_as_they_are(text):
    run = failed(facts=(f'x{text}',))
    shown = break_tokens(sentence(f'x{text}'))
    assert shown in commands_of('teamcity', run)[0].properties['description']
    assert shown in commands_of('azure', run)[0].text
    assert commands_of('github', run)[0].text == f'k8s/web.yaml:17: {shown}'


def test_github_annotation_is_on_the_line_of_the_manifest():
    error, *_ = commands_of('github', failed(facts=('it crashed: 100%, twice',)))
    assert error.properties == {
        'file': 'k8s/web.yaml',
        'line': '17',
        'title': 'deploy/web failed after 9s: CrashLoop (BackOff)',
    }
    assert error.text == 'k8s/web.yaml:17: it crashed: 100%, twice'


def test_other_active_causes_are_warnings():
    other = events.CauseSeen(1.0, WEB, cause('NotReady', 'side', 'its probe fails'), 1, None, None)
    informational = other._replace(cause=cause('X', informational=True))
    recovered = other._replace(cause=cause('Y', active=False))
    run = failed(other, informational, recovered)
    error, warning, *_ = commands_of('github', run)
    assert (error.name, warning.name) == ('error', 'warning')
    assert warning.properties['line'] == '1'
    assert warning.text == 'k8s/web.yaml:1: its probe fails'


def test_a_stopped_run_is_a_warning_and_no_build_problem():
    run = record(ended(verdict=Verdict.INTERRUPTED))
    assert commands_of('github', run)[0].name == 'warning'
    assert commands_of('azure', run)[0].properties['type'] == 'warning'
    assert commands_of('teamcity', run)[0].name == 'blockOpened'


def test_github_limits_the_number_and_the_length_of_annotations():
    targets = [WEB._replace(name=f'web-{number}') for number in range(30)]
    run = record(*(ended(target, facts=('%' * 9_000,)) for target in targets))
    errors = [entry for entry in commands_of('github', run) if entry.name == 'error']
    assert len(errors) == github.MAX_ANNOTATIONS
    assert all(len(entry.text) <= github.MAX_MESSAGE for entry in errors)
    assert errors[-1].text == '21 more causes are in the log and in the summary'


def test_github_summary_and_outputs_are_appended():
    summary, outputs = output('github', FAILED).files
    assert (summary.path, summary.append, summary.limit) == ('/s', True, github.MAX_SUMMARY)
    assert summary.text.startswith('### ❌ `deploy/web`')
    assert (outputs.path, outputs.append) == ('/o', True)
    delimiter = 'kubectl-dog-a1b2'
    assert outputs.text == (
        f'verdict=failed\nexit-code=1\ncause<<{delimiter}\nCrashLoop\n{delimiter}\n'
    )


@ci.SETTINGS
@given(ci.TEXT)
def test_no_code_sets_another_output_of_the_step(text):
    _, outputs = output('github', run_records.hostile(text)).files
    lines = re.split('\r\n|\r|\n', outputs.text)
    assert lines[:3] == ['verdict=failed', 'exit-code=1', 'cause<<kubectl-dog-a1b2']
    assert lines[4:] == ['kubectl-dog-a1b2', '']


def test_gitlab_links_the_page_in_the_artifacts():
    result = output('gitlab', FAILED, reports={'html': '/project/out dir/./report.html'})
    (file,) = result.files
    assert file.path == '/project/kubectl-dog-annotations.json'
    link = {
        'label': 'Report of the rollout (failed)',
        'url': f'{ENV["CI_JOB_URL"]}/artifacts/file/out%20dir/report.html',
    }
    assert json.loads(file.text) == {'kubectl dog': [{'external_link': link}]}
    outside = output('gitlab', FAILED, reports={'html': '/elsewhere/report.html'})
    assert list(outside.files) == []
    assert list(output('gitlab', FAILED).files) == []


def test_gitlab_section_is_collapsed_and_has_a_name_of_its_own():
    start, end = commands_of('gitlab', FAILED)
    assert start.properties['options'] == '[collapsed=true]'
    assert start.properties['name'] == end.properties['name'] == 'kubectl_dog_a1b2'
    assert (start.text, end.text) == (ci_output.DETAILS, '')
    assert int(end.properties['at']) - int(start.properties['at']) == 10


def test_azure_issue_has_code_and_source_line_and_the_summary_is_uploaded():
    issue, upload, *_ = commands_of('azure', FAILED)
    assert issue.properties == {
        'type': 'error',
        'sourcepath': 'k8s/web.yaml',
        'linenumber': '17',
        'code': 'CrashLoop',
    }
    assert issue.text.startswith(
        'deploy/web failed after 9s: CrashLoop (BackOff)\nk8s/web.yaml:17: '
    )
    (file,) = output('azure', FAILED).files
    assert (
        upload.text.replace('\\', '/')
        == file.path.replace('\\', '/')
        == '/agent/kubectl-dog-a1b2.md'
    )


def test_azure_code_of_a_package_is_escaped():
    code = '50%;type=warning]##vso[x.y]a'
    issue, *_ = commands_of('azure', failed(explained=cause(code)))
    assert issue.properties['code'] == code.replace('##', '#\\#')
    assert issue.properties['type'] == 'error'
    assert issue.text.startswith(f'deploy/web failed after 9s: {code[:3]}')


def test_teamcity_problem_has_a_stable_identity_and_imports_the_junit_report():
    problem, report, *_ = commands_of('teamcity', FAILED, reports={'junit': "it's.xml"})
    assert (
        problem.properties['identity'] == commands_of('teamcity', FAILED)[0].properties['identity']
    )
    assert re.fullmatch(r'kubectlDog_CrashLoop_[0-9a-f]{8}', problem.properties['identity'])
    assert report.properties == {'type': 'junit', 'path': "it's.xml"}
    long = teamcity.create(Context(run_records.hostile('x' * 999)))
    (identity,) = re.findall("identity='([^']*)'", long.commands[0].text)
    assert len(identity) <= 60


@pytest.mark.parametrize(
    ('verdict', 'style'),
    (
        (Verdict.READY, 'success'),
        (Verdict.PROGRESSING, 'info'),
        (Verdict.PAUSED, 'warning'),
        (Verdict.TIMED_OUT, 'error'),
    ),
)
def test_buildkite_annotates_the_build(verdict, style):
    (program,) = output('buildkite', record(ended(verdict=verdict))).programs
    assert program.words[:4] == ('buildkite-agent', 'annotate', '--style', style)
    assert program.words[4] == '--context'
    assert program.input.startswith('### ')
    (other,) = output('buildkite', record(ended(API, verdict))).programs
    assert program.words[5] != other.words[5]


def test_details_of_many_targets_are_limited():
    targets = [WEB._replace(name=f'web-{number}') for number in range(30)]
    text = printed(output('github', record(*map(ended, targets))))
    assert text.count(' failed after 9s') == 10 - 1 + 20
    assert '… and 10 more targets' in text
