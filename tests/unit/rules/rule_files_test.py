from __future__ import annotations

import pytest

from kubectl_dog.model.errors import UserError
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
        (b'# nothing\n', 'has no rule in it'),
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
