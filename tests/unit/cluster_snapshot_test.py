"""Reads of a check that do not end well; the good ones are those of the rules."""

from __future__ import annotations

import json

import pytest

from kubectl_dog.checks.batch import Entry
from kubectl_dog.cluster_snapshot import ClusterSnapshot
from kubectl_dog.cluster_snapshot import dry_runs
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.wants import Lookup
from tests.unit.api_server import ApiServer
from tests.unit.builders import DEPLOY
from tests.unit.checked import check_objects
from tests.unit.checked import workload

NAMES = Lookup(CONFIGMAPS, 'shop')


class Broken(ApiServer):
    """A server whose answers to everything but lists of nodes are wrong."""

    def get(self, path, query=(), accept='application/json'):
        return Response(200, b'{"items": 5}', {})

    def dry_run_apply(self, path, body, query=()):
        raise UnreachableError('gone')

    def review_self(self, kind, spec):
        raise UnreachableError('gone')


def test_a_list_that_is_no_list_is_not_empty():
    snapshot = ClusterSnapshot(Broken(), lambda resource: True)
    snapshot.read([NAMES])
    assert snapshot.answers[NAMES].status == 'failed'
    assert snapshot.answers[NAMES].message


def test_a_dry_run_without_an_answer_is_a_notice():
    answers = dry_runs(Broken(), [Entry(DEPLOY, workload())])
    assert answers[DEPLOY].message == 'gone'


@pytest.mark.parametrize('body', (b'', b'[]', b'no json'))
def test_a_rejection_without_a_status(body):
    result = check_objects(
        workload(),
        rejected={'/apis/apps/v1/namespaces/shop/deployments/web': Response(422, body, {})},
    )
    assert result.codes == ['CreateFailed']


@pytest.mark.parametrize('answer', (b'[]', b'no json', json.dumps({}).encode()))
def test_a_review_without_rules_says_nothing(monkeypatch, answer):
    monkeypatch.setattr(ApiServer, 'review_self', lambda *_: Response(201, answer, {}))
    assert check_objects(workload()).notices == []


def test_a_review_without_an_answer_says_nothing(monkeypatch):
    monkeypatch.setattr(ApiServer, 'review_self', Broken.review_self)
    assert check_objects(workload()).notices == []
