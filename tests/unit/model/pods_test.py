from __future__ import annotations

from kubectl_dog.model import pods
from tests.unit.builders import container
from tests.unit.builders import pod


class Shared(dict):
    """A cache to which another thread writes at the worst moment."""

    def __setitem__(self, key, value):
        super().__setitem__(key, ({}, ()))


def test_returns_the_containers_of_the_given_pod(monkeypatch):
    before, after = pod(containers=[container()]), pod(containers=[container()] * 2)
    assert [len(pods.containers(pod)) for pod in (before, after, before)] == [1, 2, 1]
    monkeypatch.setattr(pods, '_cache', Shared())
    assert len(pods.containers(after)) == 2
