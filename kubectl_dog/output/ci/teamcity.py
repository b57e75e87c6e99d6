"""Output for TeamCity: build problems, a block, and the JUnit report."""

from __future__ import annotations

import zlib

from kubectl_dog.output.ci import ci_output
from kubectl_dog.output.ci.ci_output import Annotation
from kubectl_dog.output.ci.ci_output import CiOutput
from kubectl_dog.output.ci.ci_output import Context
from kubectl_dog.output.command_guard import Command

_MAX_PROBLEMS = 50
_MAX_DESCRIPTION = 4000
_MAX_IDENTITY = 60
_ESCAPES = {'|': '||', "'": "|'", '\n': '|n', '\r': '|r', '[': '|[', ']': '|]'}


def create(context: Context) -> CiOutput:
    """Return the output of a run. A build problem fails the build, so only errors are problems."""
    errors = [entry for entry in ci_output.cause_annotations(context) if entry.level == 'error']
    commands = [_problem(entry) for entry in errors[:_MAX_PROBLEMS]]
    if 'junit' in context.reports:
        path = escape(context.reports['junit'])
        commands.append(Command(f"##teamcity[importData type='junit' path='{path}']"))
    name = escape(ci_output.DETAILS)
    begin = Command(f"##teamcity[blockOpened name='{name}']")
    end = Command(f"##teamcity[blockClosed name='{name}']")
    return CiOutput(commands, ci_output.details(context.run, begin, end))


def _problem(entry: Annotation) -> Command:
    text = ci_output.clip_lines([entry.title, *entry.lines], _MAX_DESCRIPTION)
    # The same problem has the same identity in every build, so that it can be muted.
    subject = f'{entry.code} {entry.target.namespace} {entry.target.label}'
    digest = f'{zlib.crc32(subject.encode("utf-8", "replace")):08x}'
    code = ci_output.ascii_word(entry.code)[: _MAX_IDENTITY - 20]
    identity = f'kubectlDog_{code}_{digest}'
    return Command(f"##teamcity[buildProblem description='{escape(text)}' identity='{identity}']")


def error(text: str) -> Command:
    """Return the build problem for an error before a run."""
    shown = ci_output.clip_lines([text], _MAX_DESCRIPTION)
    identity = 'kubectlDog_error'
    return Command(f"##teamcity[buildProblem description='{escape(shown)}' identity='{identity}']")


def escape(text: str) -> str:
    """Escape a value. The result is ASCII: a stream cannot replace a character by a quote."""
    return ''.join(_ESCAPES.get(char) or _ascii(char) for char in text)


def _ascii(char: str) -> str:
    if char.isascii():
        return char
    units = char.encode('utf-16-be', 'replace')
    return ''.join(f'|0x{units[at : at + 2].hex().upper()}' for at in range(0, len(units), 2))
