from __future__ import annotations

import pytest

from kubectl_dog.cli import targets
from kubectl_dog.model.errors import UserError


@pytest.mark.parametrize(
    'words',
    (
        ['deploy/web'],
        ['deploy', 'web'],
        ['Deployment/web'],
        ['deployments.apps/web'],
        ['deployment.v1.apps', 'web'],
    ),
)
def test_types_are_named_as_for_kubectl(words):
    [target] = targets.parse(words, 'shop')
    assert (target.label, target.namespace) == ('deploy/web', 'shop')


@pytest.mark.parametrize(
    ('words', 'told'),
    (
        (['web'], 'which web\\? Write web/NAME'),
        (['deploy/'], 'names no object'),
        (['/web'], 'names no object'),
        (['deploy/a/b'], 'names no object'),
        (['deploy/a', 'deploy/b'], 'one target at a time'),
        (['deploy', 'a', 'b'], 'one target at a time'),
        (['sts/db'], 'it knows deployments \\(deploy\\) and pods \\(po\\)'),
    ),
)
def test_what_is_no_target_is_told_in_a_sentence(words, told):
    with pytest.raises(UserError, match=told):
        targets.parse(words, 'shop')
