from __future__ import annotations

import pytest

from kubectl_dog.causes import configuration
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.items import Answer
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

MISSING = pod(status(state=waiting('CreateContainerConfigError', 'secret "db" not found')))


def provider(name, spec=None, *conditions):
    conditions_ = [
        dict(zip(('type', 'status', 'reason', 'message'), values)) for values in conditions
    ]
    return {'metadata': {'name': name}, 'spec': spec or {}, 'status': {'conditions': conditions_}}


def find(obj=MISSING, **answers):
    """The cause, with answers to the lookups of these kinds."""
    [cause] = configuration.find(view(), obj)
    answers_by_lookup = {
        lookup: answers[lookup.resource.kind]
        for lookup in cause.lookups
        if lookup.resource.kind in answers
    }
    [cause] = configuration.find(view(answers=answers_by_lookup), obj)
    return cause


def answer_with(*objects):
    return Answer('found', objects)


SYNCED = ('Ready', 'True', 'SecretSynced', 'fine')
ERROR = ('Ready', 'False', 'SecretSyncedError', 'could not get secret data from provider.')
ISSUING = ('Ready', 'False', 'DoesNotExist', 'Issuing certificate as Secret does not exist')


@pytest.mark.parametrize(
    ('answers', 'seconds', 'evidence'),
    (
        ({}, 20, ()),
        ({'ExternalSecret': Answer('missing'), 'Certificate': Answer('denied')}, 20, ()),
        (
            {'ExternalSecret': answer_with(provider('db', None, SYNCED))},
            300,
            ('ExternalSecret "db" is creating it',),
        ),
        (
            {'ExternalSecret': answer_with(provider('other', {'target': {'name': 'db'}}))},
            300,
            ('ExternalSecret "other" is creating it',),
        ),
        ({'ExternalSecret': answer_with(provider('db', {'target': {'name': 'other'}}))}, 20, ()),
        (
            {'ExternalSecret': answer_with(provider('x'), provider('db', None, ERROR))},
            20,
            (
                'ExternalSecret "db" cannot create it: SecretSyncedError: could not get secret '
                'data from provider',
            ),
        ),
        (
            {
                'SealedSecret': answer_with(
                    provider('db', None, ('Synced', 'False', 'ErrUnsealFailed', ''))
                )
            },
            20,
            ('SealedSecret "db" cannot create it: ErrUnsealFailed',),
        ),
        (
            {'Certificate': answer_with(provider('tls', {'secretName': 'db'}, ISSUING))},
            300,
            ('Certificate "tls" is creating it',),
        ),
    ),
)
def test_a_provider_extends_the_tolerance(answers, seconds, evidence):
    cause = find(**answers)
    assert cause.code == 'SecretMissing'
    assert (tolerance_of(cause).seconds, cause.evidence) == (seconds, evidence)


def test_config_maps_have_no_provider():
    missing = waiting('CreateContainerConfigError', 'configmap "db" not found')
    kinds = [lookup.resource.kind for lookup in find(pod(status(state=missing))).lookups]
    assert kinds == ['ConfigMap']
