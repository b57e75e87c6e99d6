from __future__ import annotations

import pytest

from kubectl_dog.causes import configuration
from kubectl_dog.causes.catalogue import tolerance_of
from kubectl_dog.model.items import Answer
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

MISSING = pod(status(state=waiting('CreateContainerConfigError', 'secret "db" not found')))


def made(name, spec=None, *conditions):
    told = [dict(zip(('type', 'status', 'reason', 'message'), one)) for one in conditions]
    return {'metadata': {'name': name}, 'spec': spec or {}, 'status': {'conditions': told}}


def find(thing=MISSING, **answers):
    """The cause, where the lists of these kinds are answered."""
    [cause] = configuration.find(view(), thing)
    told = {
        lookup: answers[lookup.resource.kind]
        for lookup in cause.lookups
        if lookup.resource.kind in answers
    }
    [cause] = configuration.find(view(answers=told), thing)
    return cause


def found(*things):
    return Answer('found', things)


SYNCED = ('Ready', 'True', 'SecretSynced', 'fine')
ERROR = ('Ready', 'False', 'SecretSyncedError', 'could not get secret data from provider.')
ISSUING = ('Ready', 'False', 'DoesNotExist', 'Issuing certificate as Secret does not exist')


@pytest.mark.parametrize(
    ('answers', 'seconds', 'evidence'),
    (
        ({}, 20, ()),
        ({'ExternalSecret': Answer('missing'), 'Certificate': Answer('denied')}, 20, ()),
        (
            {'ExternalSecret': found(made('db', None, SYNCED))},
            300,
            ('ExternalSecret db is at work on it',),
        ),
        (
            {'ExternalSecret': found(made('other', {'target': {'name': 'db'}}))},
            300,
            ('ExternalSecret other is at work on it',),
        ),
        ({'ExternalSecret': found(made('db', {'target': {'name': 'other'}}))}, 20, ()),
        (
            {'ExternalSecret': found(made('x'), made('db', None, ERROR))},
            20,
            (
                'ExternalSecret db cannot make it: SecretSyncedError: could not get secret data '
                'from provider',
            ),
        ),
        (
            {'SealedSecret': found(made('db', None, ('Synced', 'False', 'ErrUnsealFailed', '')))},
            20,
            ('SealedSecret db cannot make it: ErrUnsealFailed',),
        ),
        (
            {'Certificate': found(made('tls', {'secretName': 'db'}, ISSUING))},
            300,
            ('Certificate tls is at work on it',),
        ),
    ),
)
def test_what_makes_a_secret_is_given_time(answers, seconds, evidence):
    cause = find(**answers)
    assert cause.code == 'SecretMissing'
    assert (tolerance_of(cause).seconds, cause.evidence) == (seconds, evidence)


def test_nobody_is_known_to_make_config_maps():
    told = waiting('CreateContainerConfigError', 'configmap "db" not found')
    kinds = [lookup.resource.kind for lookup in find(pod(status(state=told))).lookups]
    assert kinds == ['ConfigMap']
