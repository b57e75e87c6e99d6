from __future__ import annotations

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.rules.rule_text import parse_rule_text

FROB = Resource('x.example.com', 'v1', 'frobs', 'Frob', 'frob')
HEAD = 'group: x.example.com\nkind: Frob\n'


def read(text, about=None):
    return parse_rule_text(text, 'my.yaml', about)


@pytest.mark.parametrize(
    ('text', 'error'),
    (
        ('frobs', 'my.yaml: rule 1: must be a mapping'),
        ('[1]', 'my.yaml: rule 1: must be a mapping'),
        ('kind: Frob', 'rule 1: group is missing'),
        ('group: x', 'rule 1: kind is missing'),
        ('[{group: x, kind: y}, {group: x}]', 'rule 2: kind is missing'),
        (f'{HEAD}redy: []', 'rule 1: redy: unknown field: did you mean ready?'),
        (f'{HEAD}status: never', 'status: must be one of required, usual, none, not "never"'),
        (f'{HEAD}group: {{a: b}}', 'group: must be text, not a mapping'),
        (f'{HEAD}kinds: [[A]]', 'kinds[0]: must be text'),
        (f'{HEAD}ready: Up', 'ready: must be a mapping'),
        (f'{HEAD}ready: [{{path: a, is: b}}, x]', 'ready[1]: must be a mapping'),
        (f'{HEAD}ready: {{}}', 'ready: must have exactly one of condition, path, all'),
        (f'{HEAD}ready: {{path: a, condition: b}}', 'ready: must have exactly one of'),
        (f'{HEAD}ready: {{path: a}}', 'ready: must have one of is, isNot, exists'),
        (f'{HEAD}ready: {{path: "a b", is: c}}', "ready.path: 'a b' is not a path"),
        (f'{HEAD}ready: {{path: a, is: []}}', 'ready.is: must be text'),
        (
            f'{HEAD}ready: {{path: a, exists: maybe}}',
            'ready.exists: must be true or false',
        ),
        (f'{HEAD}ready: {{path: a, atLeast: "a b"}}', "ready.atLeast: 'a b' is not a path"),
        (
            f'{HEAD}ready: {{path: a, reasons: b}}',
            'ready.reasons: is not allowed beside path',
        ),
        (
            f'{HEAD}ready: {{not: {{conditon: A}}}}',
            'ready.not.conditon: unknown field: did you',
        ),
        (f'{HEAD}ready: {{condition: A B}}', 'ready.condition: invalid condition "A B"'),
        (
            f'{HEAD}ready: {{condition: A, is: b}}',
            'ready.is: is not allowed beside condition',
        ),
        (f'{HEAD}ready: {{all: []}}', 'ready.all: must not be empty'),
        (f'{HEAD}ready: {{all: [{{any: [x]}}]}}', 'ready.all[0].any[0]: must be a mapping'),
        (f'{HEAD}ready: {{each: a}}', 'ready.that: is missing'),
        (f'{HEAD}ready: {{each: a, that: {{path: b}}}}', 'ready.that: must have one of'),
        (f'{HEAD}failed: {{condition: A, after: soon}}', "failed.after: 'soon' is not a duration"),
        (f'{HEAD}failed: {{condition: A, message: "{{a b}}"}}', "failed.message: 'a b' is not"),
        (f'{HEAD}failed: {{condition: A, message: [a]}}', 'failed.message: must be text'),
        (f'{HEAD}stall_timeout: long', "stall_timeout: 'long' is not a duration"),
        (f'{HEAD}stable_for: 3 days', "stable_for: '3 days' is not a duration"),
        (f'{HEAD}observedGeneration: "]"', "observedGeneration: ']' is not a path"),
        (
            f'{HEAD}ready: {"{not: " * 30}{{condition: A}}{"}" * 30}',
            'nested more than 20 levels',
        ),
        (
            f'{HEAD}ready: {"{some: a, that: " * 4}{{condition: A}}{"}" * 4}',
            'ready.that.that.that: each and some are nested more than 3 levels',
        ),
        (
            f'{HEAD}ready: {"{each: a, that: {all: [" * 4}{{condition: A}}{"]}}" * 4}',
            'each and some are nested more than 3 levels',
        ),
        (f'{HEAD}ready: {{path: a, atLeast: nan}}', 'ready.atLeast: must be a finite number'),
        (f'{HEAD}ready: {{path: a, atLeast: -inf}}', 'ready.atLeast: must be a finite number'),
        ('a: [', 'my.yaml, line 2: is not YAML'),
        ('a: &x [1]\nb: *x', 'my.yaml, line 2: has an alias (*)'),
        ('[' * 20000, 'my.yaml, line 1: is nested more than 60 levels'),
        ('- ' * 20000, 'my.yaml, line 1: is nested more than 60 levels'),
        ('#' * 300_000, 'my.yaml: is larger than 256 KiB'),
    ),
)
def test_errors_name_the_file_the_rule_and_the_field(text, error):
    with pytest.raises(UserError) as raised:
        read(text)
    assert error in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ('head', 'fits'),
    (
        (HEAD, True),
        ('group: "*.example.com"\nkinds: [Other, Frob]', True),
        ('group: "*.x.example.com"\nkind: Frob', True),
        ('group: "*"\nkind: "*"', True),
        ('groups: [a, x.example.com]\nkind: Frob\nversions: [v1, v2]', True),
        (f'{HEAD}version: v2', False),
        ('group: example.com\nkind: Frob', False),
        ('group: "*.ample.com"\nkind: Frob', False),
        ('group: x.example.com\nkind: frob', False),
    ),
)
def test_kinds_that_a_rule_fits(head, fits):
    [rule] = read(head)
    assert rule.fits(FROB) is fits


def test_the_core_group_is_the_empty_text():
    [rule] = read('group: ""\nkind: Pod')
    assert rule.fits(FROB._replace(group='', kind='Pod'))


def test_an_annotation_may_omit_group_and_kind():
    [rule] = read('ready: {condition: A}', FROB)
    assert rule.fits(FROB)
    [rule] = read(f'{HEAD}', FROB._replace(kind='Other'))
    assert rule.fits(FROB)


def test_documents_and_lists_are_all_read_in_order():
    rules = read(f'{HEAD}documentation: a\n---\n- {{group: b, kind: c, documentation: b}}\n---\n')
    assert [rule.documentation for rule in rules] == ['a', 'b']
    assert [rule.source for rule in rules] == ['my.yaml: rule 1', 'my.yaml: rule 1']


def test_each_may_be_nested():
    deep = '{each: a, that: ' * 3 + '{condition: A}' + '}' * 3
    assert len(read(f'{HEAD}ready: [{deep}, {deep}]')[0].ready) == 2


def test_numbers_and_switches_stay_text():
    [rule] = read(f'{HEAD}ready: {{path: a, is: [yes, 012, True, null]}}')
    assert rule.ready[0].test.among == ('yes', '012', 'True', 'null')
