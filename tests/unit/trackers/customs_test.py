"""Test custom resources of all operators with shipped rules; writes docs/custom-resources.md.

`KUBECTL_DOG_WRITE=1 pytest tests/unit/trackers/customs_test.py` writes the document; otherwise it
must be what is there.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.trackers.customs import cases


@pytest.mark.parametrize(
    'case', cases.CASES, ids=[f'{c.operator} {c.kind}: {c.situation}' for c in cases.CASES]
)
def test_a_custom_resource_is_judged_as_its_operator_means_it(case):
    played = cases.play(case.object)
    assert cases.outcome(played)[0] == case.expected, played.ended or played.track.state


# Thirty that show what is easily got wrong: (operator, kind, situation).
SHOWN = (
    ('cert_manager', 'Certificate', 'being issued'),
    ('cert_manager', 'Certificate', 'its order failed, tried again in an hour'),
    ('cert_manager', 'Certificate', 'ready for an earlier generation'),
    ('external_secrets', 'ExternalSecret', 'the key does not exist'),
    ('external_secrets', 'ExternalSecret', 'the provider does not answer'),
    ('sealed_secrets', 'SealedSecret', 'sealed for another cluster'),
    ('flux', 'Kustomization', 'waits for another one'),
    ('flux', 'Kustomization', 'suspended'),
    ('flux', 'HelmRelease', 'out of retries'),
    ('argo', 'Application', 'Synced and Healthy, but compared with what it asked for before'),
    ('argo', 'Application', 'OutOfSync without automatic sync'),
    ('argo', 'Rollout', 'Healthy, but of the generation before (written as text)'),
    ('argo', 'Rollout', 'at a pause step'),
    ('argo', 'Workflow', 'a step failed'),
    ('flagger', 'Canary', 'Succeeded is left from the last run'),
    ('crossplane', 'Bucket', 'Ready, but the change cannot be made'),
    ('crossplane', 'XDatabase', 'a composite resource whose parts are made'),
    ('cluster_api', 'Cluster', 'available, and rolling out'),
    ('knative', 'Service', 'Unknown is still at work'),
    ('istio', 'VirtualService', 'has no status'),
    ('gateway_api', 'Gateway', 'programmed for an earlier generation'),
    ('gateway_api', 'HTTPRoute', 'one of two parents has a missing backend'),
    ('prometheus', 'Prometheus', 'one of two pods is not ready'),
    ('keda', 'ScaledObject', 'idle (Active=False)'),
    ('strimzi', 'KafkaConnector', 'a task of the connector failed'),
    ('cnpg', 'Cluster', 'healthy'),
    ('velero', 'Backup', 'PartiallyFailed'),
    ('tekton', 'PipelineRun', 'held back'),
    ('config_connector', 'PubSubSubscription', 'waits for another resource'),
    ('ack', 'Bucket', 'the spec is refused'),
)
DOCUMENT = Path(__file__).parents[3] / 'docs' / 'custom-resources.md'
HEAD = f"""\
# Custom resources

Thirty objects as their operators write them, assessed by the shipped rules or, for a kind without a
rule, by their conditions. A test evaluates each for {cases.WHILE:.0f} seconds and generates this
page; *progressing* means that there was no verdict by then.

| operator | kind | situation | expected | result | after | message |
| --- | --- | --- | --- | --- | --- | --- |
"""


def shown(operator, kind, situation):
    [case] = [
        case for case in cases.CASES if case[:2] == (operator, situation) and case.kind == kind
    ]
    played = cases.play(case.object)
    given, at = cases.outcome(played)
    after = '' if at is None else 'at once' if at < 1 else f'{at:.0f} s'
    words = played.track.state.waits_for or played.track.state.message
    if played.ended:
        words = '; '.join(played.ended.explanation.facts) or played.ended.message
    cells = operator, case.kind, situation, case.expected, given, after, words.replace('|', '/')
    return f'| {" | ".join(cells)} |\n'


def test_the_document_is_what_was_given():
    text = HEAD + ''.join(shown(*row) for row in SHOWN)
    if os.environ.get('KUBECTL_DOG_WRITE'):
        DOCUMENT.write_text(text, encoding='utf-8')
    assert DOCUMENT.read_text(encoding='utf-8') == text
    assert len(SHOWN) == 30
