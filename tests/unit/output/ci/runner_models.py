"""Small models of the parsers of CI systems: the commands that each finds in an output."""

from __future__ import annotations

import re
from typing import NamedTuple


class Obeyed(NamedTuple):
    """A command with its properties and its text, as the system decodes them."""

    name: str
    properties: dict[str, str]
    text: str


def lines(output):
    return re.split('\r\n|\n|\r', output)


def decode(text, escapes):
    """Decode from the first to the last escape, which must be that of the escape sign."""
    for code, char in escapes.items():
        text = text.replace(code, char)
    return text


DATA = {'%0D': '\r', '%0A': '\n', '%25': '%'}
PROPERTY = {'%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%'}


def github(output):
    """ActionCommand.cs: `::` at the beginning of a line, else `##[` anywhere in it."""
    for line in lines(output):
        start = line.lstrip()
        if start.startswith('::') and '::' in start[2:]:
            command, _, data = start[2:].partition('::')
            name, _, written = command.partition(' ')
            pairs = [pair.partition('=') for pair in written.split(',') if '=' in pair]
            properties = {key.strip(): decode(value, PROPERTY) for key, _, value in pairs}
            yield Obeyed(name, properties, decode(data, DATA))
        elif '##[' in line:
            yield Obeyed('##[', {}, line)


AZURE = {'%3B': ';', '%0D': '\r', '%0A': '\n', '%5D': ']', '%AZP25': '%'}


def azure(output):
    """Command.cs: `##vso[area.event key=value;]text` anywhere in a line, and `##[format]`."""
    for line in lines(output):
        at = line.lower().find('##vso[')
        if at >= 0:
            inside, _, data = line[at + 6 :].partition(']')
            name, _, written = inside.partition(' ')
            pairs = [pair.partition('=') for pair in written.split(';') if '=' in pair]
            properties = {key.strip(): decode(value, AZURE) for key, _, value in pairs}
            yield Obeyed(name, properties, decode(data, AZURE))
        elif line.startswith('##['):
            yield Obeyed(line[2:].partition(']')[0] + ']', {}, line.partition(']')[2])


def teamcity(output):
    """`##teamcity[name key='value' …]`: strict; a message that is not well-formed is an error."""
    for line in lines(output):
        at = line.lower().find('##teamcity[')
        if at >= 0:
            match = re.fullmatch(
                r"##teamcity\[(\w+)((?: \w+='(?:[^|'\[\]\n\r]|\|[|'nr\[\]]|\|0x[0-9A-F]{4})*')*)\]",
                line[at:],
            )
            assert match, line
            pairs = re.findall(r" (\w+)='((?:[^|']|\|.)*)'", match[2])
            properties = {key: _teamcity_value(value) for key, value in pairs}
            yield Obeyed(match[1], properties, '')


def _teamcity_value(text):
    units = {'n': '\n', 'r': '\r'}
    decoded = re.sub(
        r'\|(?:0x([0-9A-F]{4})|(.))',
        lambda match: chr(int(match[1], 16)) if match[1] else units.get(match[2], match[2]),
        text,
    )
    return decoded.encode('utf-16-be', 'surrogatepass').decode('utf-16-be', 'replace')


def gitlab(output):
    """Ansi2json: sections between control characters."""
    pattern = r'section_(start|end):(\d+):([a-zA-Z0-9_.-]+)(\[[^\]]*\])?\r\x1b\[0K([^\r\n]*)'
    for match in re.finditer(pattern, output):
        properties = {'name': match[3], 'options': match[4] or '', 'at': match[2]}
        yield Obeyed(match[1], properties, match[5])


def buildkite(output):
    """Groups: a line that begins with these signs and a blank."""
    for line in lines(output):
        match = re.match(r'(---|\+\+\+|~~~|\^\^\^) (.*)', line)
        if match:
            yield Obeyed(match[1], {}, match[2])


MODELS = {
    'github': github,
    'gitlab': gitlab,
    'azure': azure,
    'teamcity': teamcity,
    'buildkite': buildkite,
}
