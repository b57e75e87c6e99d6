from __future__ import annotations

import pytest

from kubectl_dog.model import selectors
from kubectl_dog.model.errors import UserError

LABELS = {'app': 'web', 'tier': 'front', 'size': '12', 'empty': '', 'example.com/x': 'y'}


@pytest.mark.parametrize(
    ('text', 'holds'),
    (
        ('', True),
        (' ', True),
        ('app=web', True),
        ('app==web', True),
        (' app = web , tier=front', True),
        ('app=web,tier=back', False),
        ('app!=web', False),
        ('other!=web', True),
        ('app', True),
        ('other', False),
        ('!app', False),
        ('! other', True),
        ('app in (db, web)', True),
        ('app in (db)', False),
        ('app in (web),!other', True),
        ('app notin (db,web)', False),
        ('other notin (db)', True),
        ('empty=', True),
        ('empty=,app=web', True),
        ('app=', False),
        ('empty in ()', True),
        ('example.com/x=y', True),
        ('size>11', True),
        ('size > 12', False),
        ('size<13', True),
        ('app>1', False),
        ('other>1', False),
    ),
)
def test_matches_labels_like_the_server(text, holds):
    assert selectors.matches(selectors.parse(text), LABELS) is holds


@pytest.mark.parametrize(
    'text',
    (
        *('=x=', 'a in (b', 'a in b', 'a=b,', ',a', 'a,,b', 'a b', 'a=b c', '!', '!a=b'),
        *('a>b', 'a in (b c)', 'a=b=c', '-a', 'a/b/c', 'a>', 'ain(b)', 'a=ü', 'a=\x1b'),
    ),
)
def test_refuses_invalid_selectors(text):
    with pytest.raises(UserError, match='invalid selector'):
        selectors.parse(text)
