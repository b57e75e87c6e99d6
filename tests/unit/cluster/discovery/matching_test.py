from __future__ import annotations

from kubectl_dog.cluster.discovery import matching
from kubectl_dog.model.resources import Resource


def kind(group, plural, name, shorts=(), version='v1', listed=True):
    return matching.kind(Resource(group, version, plural, name, ''), '', shorts, (), listed)


KINDS = (
    kind('', 'pods', 'Pod', ['po']),
    kind('', 'events', 'Event', ['ev']),
    kind('', 'bindings', 'Binding', listed=False),
    kind('apps', 'deployments', 'Deployment', ['deploy']),
    kind('events.k8s.io', 'events', 'Event', ['ev']),
    kind('example.com', 'widgets', 'Widget', ['po', 'wi'], version='v2'),
    kind('example.com', 'widgets', 'Widget', ['po', 'wi'], version='v1'),
)


def test_each_kind_that_can_be_listed_has_its_plural_and_its_own_short_names():
    assert list(matching.spellings(KINDS)) == [
        'pods', 'events', 'deployments', 'events.events.k8s.io', 'widgets',
        'po', 'ev', 'deploy', 'wi',
    ]  # fmt: skip


def test_every_spelling_means_the_kind_that_it_is_said_to():
    for spelling, entry in matching.spellings(KINDS).items():
        assert matching.find_kind(KINDS, spelling) is entry
