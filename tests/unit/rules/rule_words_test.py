from __future__ import annotations

import subprocess

import pytest

from tests import rule_words

RULE = """\
- group: example.com
  kinds: [Backup, Restore]
  paused:
    condition: Held!=True
    exceptReasons: [Lunch]
  failed:
    - condition: Ready=False|Unknown
      reasons: [Broken]
    - path: status.count
      is: "3"
  ready:
    any:
      - not:
          path: status.phase
          isNot: [Done, "true"]
      - path: status.phase
        is: All Done
- group: other.example.com
  kind: Frob
  ready: {path: status.phase, is: Unheard}
"""
SOURCE = 'const Held, Ready = 1\n// Lunch, Done, "All Done", NotBroken\n'


@pytest.fixture
def mirror(tmp_path):
    """A folder with a mirror of acme/operator, and the commit of its only version."""
    work, folder = tmp_path / 'work', tmp_path / 'mirror' / 'acme+operator' / 'repo'
    (work / 'api').mkdir(parents=True)
    folder.parent.mkdir(parents=True)
    (work / 'api' / 'types.go').write_text(SOURCE, encoding='utf-8')
    (work / 'broken.go').write_text('Broken\n', encoding='utf-8')

    def git(*arguments):
        options = (f'--git-dir={folder}', f'--work-tree={work}', '-c', 'user.name=a')
        command = ['git', *options, '-c', 'user.email=a@example.com', *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git('init', '-q')
    git('add', '-A')
    git('commit', '-q', '--no-gpg-sign', '-m', 'x')
    return tmp_path / 'mirror', git('rev-parse', 'HEAD')


def run(tmp_path, mirror, *rows):
    folder, commit = mirror
    rules = tmp_path / 'rules'
    rules.mkdir()
    (rules / 'example.com.yaml').write_text(RULE, encoding='utf-8')
    lines = ['\t'.join(rule_words.HEAD), *('\t'.join(row).format(commit) for row in rows)]
    (tmp_path / 'table.tsv').write_text('\n'.join(lines) + '\n', encoding='utf-8')
    options = ('--table', str(tmp_path / 'table.tsv'), '--rules', str(rules))
    return rule_words.main(['--mirror', str(folder), *options])


def row(kind, path, repository='acme/operator', commit='{}'):
    return 'example.com.yaml', kind, repository, commit, path, 'MIT'


def test_words_that_no_source_of_the_rule_has_are_reported(tmp_path, mirror, capsys):
    assert run(tmp_path, mirror, row('Backup', 'api')) == 1
    assert capsys.readouterr().out.splitlines() == [
        'example.com.yaml, Backup,Restore: no source has the word "Broken"',
        '1 rules checked, 0 with documentation only, 1 without',
    ]


def test_the_sources_of_a_rule_are_added_up(tmp_path, mirror, capsys):
    documentation = row('Frob', '-', 'https://example.com/docs', '-')
    rows = (row('Backup,Other', 'api/types.go'), row('*', 'broken.go'), documentation)
    assert run(tmp_path, mirror, *rows) == 1
    assert 'word "Unheard"' in capsys.readouterr().out.splitlines()[0]


def test_documentation_is_not_read(tmp_path, mirror, capsys):
    rows = (row('Backup', 'api'), row('Restore', 'broken.go'))
    documentation = row('Frob', '-', 'https://example.com/docs', '-')
    assert run(tmp_path, mirror, *rows, documentation) == 0
    assert capsys.readouterr().out.startswith('1 rules checked, 1 with documentation only')


@pytest.mark.parametrize(
    'source',
    (row('Frob', 'no/such'), row('Frob', 'api', commit='0' * 40), row('Frob', 'api', 'acme/none')),
)
def test_a_source_that_cannot_be_read_is_reported(tmp_path, mirror, capsys, source):
    assert run(tmp_path, mirror, source) == 1
    assert 'cannot be read' in capsys.readouterr().out


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(SystemExit, match='needs the columns'):
        rule_words.read_table('a\tb\n')


def test_the_table_names_rule_files_that_exist():
    files = {file for file, _ in rule_words.read_rules(rule_words.RULES)}
    sources = rule_words.read_table(rule_words.TABLE.read_text(encoding='utf-8'))
    assert {source.file for source in sources} <= files
