"""Check the words of the shipped rules against the sources that docs/rule-sources.tsv names.

    python -m tests.rule_words --mirror FOLDER [RULE_FILE ...]

FOLDER holds bare git directories, such as FOLDER/argoproj+argo-cd/repo. A line of the table has a
rule file, the kinds of its rules (`*`: all), a repository (owner/name), a commit or tag, a path of
a file or folder, and the licence. Instead of a repository there may be the address of
documentation, which is not read.

Prints one line per word that no source of its rule contains, and per source that cannot be read,
and exits with 1 if there is any. Rules without a source are only counted.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / 'docs' / 'rule-sources.tsv'
RULES = ROOT / 'kubectl_dog' / 'rules' / 'shipped'
HEAD = ('rule file', 'kind', 'repository', 'commit', 'path', 'licence')
_WORD_KEYS = ('is', 'isNot', 'reasons', 'exceptReasons')
# The statuses of conditions and the values of flags are no words of an operator.
_PLAIN = frozenset(('true', 'false', 'unknown', ''))


class Source(NamedTuple):
    file: str
    kinds: frozenset
    repository: str
    commit: str
    path: str
    licence: str

    @property
    def is_documentation(self):
        return self.repository.startswith('https://')


def read_table(text):
    """Return the sources of a table; lines of the head are left out."""
    lines = [line.split('\t') for line in text.splitlines() if not line.startswith(HEAD[0])]
    if any(len(line) != len(HEAD) for line in lines):
        raise SystemExit(f'the table needs the columns {", ".join(HEAD)}')
    return [Source(file, _kinds(kinds), *others) for file, kinds, *others in lines]


def _kinds(text):
    return frozenset(kind.strip() for kind in text.split(','))


def read_rules(folder):
    """Yield the file name and the data of all rules in a folder."""
    for path in sorted(folder.glob('*.yaml')):
        for document in yaml.load_all(path.read_text(encoding='utf-8'), yaml.BaseLoader):
            for rule in document if isinstance(document, list) else [document]:
                yield path.name, rule


def rule_kinds(rule):
    """Return the kinds that a rule is for."""
    return frozenset(rule.get('kinds') or [rule['kind']])


def words(node):
    """Yield the words of an operator in a rule: values, condition types and reasons."""
    if isinstance(node, list):
        for item in node:
            yield from words(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in _WORD_KEYS:
                yield from [value] if isinstance(value, str) else value
            elif key == 'condition':
                yield value.partition('=')[0].rstrip('!').strip()
            else:
                yield from words(value)


def unproven_words(rule, sources, mirror):
    """Return the words of a rule that none of its sources contains."""
    left = {word for word in words(rule) if word.lower() not in _PLAIN and not word.isdigit()}
    for source in sources:
        if left and not source.is_documentation:
            left -= _words_in(source, left, mirror)
    return sorted(left)


def is_readable(source, mirror):
    """Whether the mirror has the commit and the path of a source."""
    return (
        source.is_documentation
        or not _git(source, mirror, 'cat-file', '-e', f'{source.commit}:{source.path}').returncode
    )


def _words_in(source, wanted, mirror):
    patterns = [argument for word in sorted(wanted) for argument in ('-e', word)]
    options = ('-I', '-h', '-o', '-w', '-F')
    result = _git(source, mirror, 'grep', *options, *patterns, source.commit, '--', source.path)
    return set(result.stdout.splitlines())


def _git(source, mirror, *arguments):
    folder = mirror / source.repository.replace('/', '+') / 'repo'
    command = ['git', f'--git-dir={folder}', *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def main(arguments=None):
    """Print what is not proven; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--mirror', type=Path, required=True, metavar='FOLDER')
    parser.add_argument('--table', type=Path, default=TABLE, metavar='FILE')
    parser.add_argument('--rules', type=Path, default=RULES, metavar='FOLDER')
    parser.add_argument('files', nargs='*', metavar='RULE_FILE')
    options = parser.parse_args(arguments)
    sources = [
        source
        for source in read_table(options.table.read_text(encoding='utf-8'))
        if not options.files or source.file in options.files
    ]
    problems = [
        f'{source.repository} {source.commit} {source.path}: cannot be read'
        for source in sources
        if not is_readable(source, options.mirror)
    ]
    checked = documented = without = 0
    for file, rule in read_rules(options.rules):
        kinds = rule_kinds(rule)
        own = [source for source in sources if source.file == file and source.kinds & {'*', *kinds}]
        if own and all(source.is_documentation for source in own):
            documented += 1
        elif own:
            checked += 1
            label = f'{file}, {",".join(sorted(kinds))}'
            for word in unproven_words(rule, own, options.mirror):
                problems.append(f'{label}: no source has the word "{word}"')
        elif not options.files or file in options.files:
            without += 1
    print(*problems, sep='\n', end='\n' if problems else '')
    print(f'{checked} rules checked, {documented} with documentation only, {without} without')
    return 1 if problems else 0


if __name__ == '__main__':
    raise SystemExit(main())
