"""`explain`: the codes of causes, without a cluster."""

from __future__ import annotations

import json
import sys

import pytest

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.code_docs import CODE_DOCS
from kubectl_dog.causes.code_docs import codes_by_family
from kubectl_dog.causes.code_docs import describe_code
from kubectl_dog.causes.tolerances import parse_tolerance
from kubectl_dog.cli import main as program

CRASH_LOOP = """\
CrashLoop: container repeatedly exits with an error

Recognized by   A container repeatedly exits with a code other than 0. Between restarts, the kubelet
                reports `CrashLoopBackOff`.
Tolerance       3rd termination, and at least 10s after the first; longer if other pods of the
                revision are healthy, or while another target of the call is not ready
What to do      Read the last log lines, which are printed, or run `kubectl logs --previous`.
Tolerate it     --tolerate CrashLoop=5       fails at the 5th termination
                --tolerate CrashLoop=5m      fails after 5m
                --tolerate CrashLoop=always  never fails
                --tolerate CrashLoop=never   fails at once
                CrashLoop/CONTAINER=… is for containers of this name only.
                The annotation kubectl-dog.github.io/tolerate of the target has the same values.
Documentation   https://github.com/kubectl-dog/kubectl-dog/blob/main/docs/codes.md#crashloop
"""


@pytest.fixture
def explain(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
        return (program.main(('explain', *words)), *capsys.readouterr())

    return run


@pytest.mark.parametrize('word', ('CrashLoop', 'crashloop'))
def test_code(explain, word):
    assert explain(word) == (0, CRASH_LOOP, '')


def test_list_has_every_code_below_its_family(explain):
    code, out, _ = explain()
    assert code == 0
    rows = [line for line in out.splitlines() if line.startswith('  ')]
    assert [row.split()[0] for row in rows] == [code.name for code in codes_by_family()]
    assert all(doc.meaning in out for doc in CODE_DOCS.values())
    assert out.splitlines()[0] == 'Container start:'


@pytest.mark.parametrize('name', CODES)
def test_every_code_is_explained_within_the_width(explain, name):
    code, out, _ = explain(name)
    assert code == 0
    assert max(len(line) for line in out.splitlines() if '://' not in line) <= 100
    for flag, _ in describe_code(CODES[name]).flags:
        assert parse_tolerance(flag)[0] == name
    assert bool(describe_code(CODES[name]).flags) != CODES[name].tolerance.is_informational


def test_informational_cause_needs_no_tolerance(explain):
    out = explain('NotReady')[1]
    assert 'Tolerance       explains a failure, but never causes one\n' in out
    assert 'Tolerate it     not needed' in out


def test_json(explain):
    document = json.loads(explain('-o', 'json')[1])
    assert document['apiVersion'] == 'kubectl-dog/v1'
    assert [item['code'] for item in document['items']] == [code.name for code in codes_by_family()]
    [item] = json.loads(explain('OOMKilled', '-o', 'json')[1])['items']
    assert item in document['items']
    assert (item['family'], item['informational']) == ('container start', False)
    assert item['tolerate'][0] == {
        'value': 'OOMKilled=5',
        'meaning': 'fails at the 5th termination',
    }


@pytest.mark.parametrize(
    ('word', 'hint'),
    (
        ('CrashLop', ': did you mean CrashLoop? '),
        ('CrashLoopBackOff', ': did you mean CrashLoop? '),
        ('FailedScheduling', ': did you mean Unschedulable? '),
        ('oom', ': did you mean OOMKilled? '),
        ('xyz', '; '),
        ('', '; '),
    ),
)
def test_unknown_code(explain, word, hint):
    message = f'error: unknown code "{word}"{hint}`kubectl dog explain` lists all codes\n'
    assert explain(word) == (2, '', message)
