"""The search for what a container waits for costs a rollout without failures nothing."""

from __future__ import annotations

import pytest

from kubectl_dog.cli.main import main
from kubectl_dog.model.wants import Lookup
from kubectl_dog.tracking.engine import Engine
from tests.unit.corpus import corpus

KINDS = ('Service', 'EndpointSlice', 'NetworkPolicy')


@pytest.fixture
def reads(monkeypatch):
    """reads(name) replays a recording, and returns the lookups of these kinds."""
    wanted = set()
    step = Engine.step

    def recorded(self, at, item):
        result = step(self, at, item)
        wanted.update(want for want in result.wants if isinstance(want, Lookup))
        return result

    monkeypatch.setattr(Engine, 'step', recorded)

    def run(name):
        main(['replay', str(corpus.RECORDINGS / f'{name}.jsonl'), '--instant', '-q'])
        return [want for want in wanted if want.resource.kind in KINDS]

    return run


@pytest.mark.parametrize('name', [name for name in corpus.names() if name.startswith('ready/')])
def test_a_rollout_that_becomes_ready_reads_no_service(name, reads, capsys):
    assert reads(name) == []


def test_a_rollout_that_fails_because_of_a_service_reads_it(reads, capsys):
    kinds = {want.resource.kind for want in reads('failed/crash-for-a-database-without-its-image')}
    assert kinds == {'Service', 'EndpointSlice'}
