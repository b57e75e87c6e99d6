from __future__ import annotations

import pytest

from kubectl_dog.gitops.revision_text import Revision
from kubectl_dog.gitops.revision_text import is_same
from kubectl_dog.gitops.revision_text import parse_revision
from kubectl_dog.gitops.revision_text import shorten
from kubectl_dog.model.errors import UserError

SHA = '450796ddb2ab6724ee1cc32a4be56da032d1cca0'
DIGEST = '43ad78c94b2655429d84f21488f29d7cca9cd45b7f54d2b27e16bbec8eff9228'


@pytest.mark.parametrize(
    ('text', 'revision'),
    (
        (SHA, Revision(SHA)),
        ('450796D', Revision('450796d')),
        (f'main@{SHA}', Revision(SHA, 'main')),
        (f'main@sha1:{SHA}', Revision(SHA, 'main')),
        (f'refs/heads/main@sha1:{SHA}', Revision(SHA, 'main')),
        (f'feat/a@b@sha1:{SHA}', Revision(SHA, 'feat/a@b')),
        (f'sha256:{DIGEST}', Revision(DIGEST)),
        ('6.5.4', Revision(version='6.5.4')),
        ('v1.2.3-rc.1', Revision(version='v1.2.3-rc.1')),
    ),
)
def test_revisions_are_parsed(text, revision):
    assert parse_revision(text) == revision


@pytest.mark.parametrize(
    'text', ('', 'HEAD', 'main', '450796', f'@{SHA}', 'main@450', f'{DIGEST}0')
)
def test_other_texts_are_refused(text):
    with pytest.raises(UserError, match='at least 7 digits'):
        parse_revision(text)


@pytest.mark.parametrize(
    ('expected', 'recorded', 'same'),
    (
        ('450796d', f'main@sha1:{SHA}', True),
        ('450796d', f'main/{SHA}', True),
        ('450796d', SHA, True),
        (SHA, SHA[:7], False),
        ('450796e', f'main@sha1:{SHA}', False),
        (f'main@{SHA}', f'main@sha1:{SHA}', True),
        (f'main@{SHA}', SHA, True),
        (f'main@{SHA}', f'prod@sha1:{SHA}', False),
        (DIGEST[:12], f'latest@sha256:{DIGEST}', True),
        (SHA, '0.1.0+450796ddb2ab', True),
        ('450796d', '0.1.0+450796ddb2ab', True),
        ('450796d', '0.1.0+67e2c98a60dc', False),
        ('450796d', '0.1.0', False),
        ('0.1.0', '0.1.0', True),
        ('0.1.0', 'v0.1.0', True),
        ('0.1.0', '0.1.0+450796ddb2ab', True),
        ('0.1.0', '0.1.1', False),
        ('0.1.0', SHA, False),
        ('450796d', '', False),
    ),
)
def test_revisions_are_compared(expected, recorded, same):
    assert is_same(parse_revision(expected), recorded) is same


@pytest.mark.parametrize(
    ('text', 'short'),
    (
        (SHA, SHA[:12]),
        (f'main@sha1:{SHA}', f'main@sha1:{SHA[:12]}'),
        (f'latest@sha256:{DIGEST}', f'latest@sha256:{DIGEST[:12]}'),
        ('450796d', '450796d'),
        ('6.5.4', '6.5.4'),
        ('', ''),
    ),
)
def test_long_commits_are_shortened_for_output(text, short):
    assert shorten(text) == short
