from __future__ import annotations

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource
from kubectl_dog.rules import rule_files
from tests.unit.needs import NO_FILE

RULE = 'group: x.example.com\nkind: Frob\n'


def test_the_rules_of_all_files_in_their_order(tmp_path):
    for name in 'ba':
        (tmp_path / name).write_text(f'{RULE}documentation: {name}\n')
    rules = rule_files.load_rules([str(tmp_path / 'b'), str(tmp_path / 'a')])
    assert [rule.documentation for rule in rules] == ['b', 'a']


@pytest.mark.parametrize(
    ('content', 'error'),
    (
        (None, f'cannot be read: {NO_FILE}'),
        (b'\xff\xfe\x00', 'is not text in UTF-8'),
        (b'# nothing\n', 'has no rule: docs/rules.md'),
        (b'kind: Frob', 'rule 1: group is missing'),
    ),
)
def test_a_file_that_gives_no_rule_is_an_error_that_names_it(tmp_path, content, error):
    path = tmp_path / 'my.yaml'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as raised:
        rule_files.load_rules([str(path)])
    assert str(raised.value).startswith(f'{path}: {error}')


FROB = Resource('x.example.com', 'v1', 'frobs', 'Frob', 'frob')


@pytest.mark.parametrize(
    ('kinds', 'resource', 'notices'),
    (
        ('Frob', FROB, []),
        ('[Other, Frob]', FROB, []),
        ('Forb', FROB, ['no target is of kind Forb.x.example.com']),
        ('[A, B]', FROB, ['no target is of kind A.x.example.com, B.x.example.com']),
        ('Pod', FROB, ['no target is of kind Pod.x.example.com']),
        (str([*'ABCDEFG']), FROB, ['E.x.example.com and 2 more']),
    ),
)
def test_files_whose_rules_fit_no_target_are_named(tmp_path, kinds, resource, notices):
    used, other = tmp_path / 'used.yaml', tmp_path / 'other.yaml'
    used.write_text(f'- {{group: a, kind: b}}\n- {{group: {FROB.group}, kind: {FROB.kind}}}')
    other.write_text(f'group: {FROB.group}\nkinds: {kinds}')
    rules = rule_files.load_rules([str(used), str(other)])
    texts = list(rule_files.unused_files(rules, [PODS, resource]))
    assert len(texts) == len(notices)
    for text, notice in zip(texts, notices):
        assert text.startswith(f'--rules {other} matches nothing: ')
        assert text.endswith(notice)


def test_kinds_of_the_core_group_have_no_dot(tmp_path):
    (tmp_path / 'a').write_text('{group: "", kind: Pods}')
    rules = rule_files.load_rules([str(tmp_path / 'a')])
    assert next(rule_files.unused_files(rules, [PODS])).endswith(' of kind Pods')
