"""Events have no secrets in their texts, except in log lines."""

from __future__ import annotations

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import KubeEvent
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import RunBegan
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.events import mask_secrets
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.verdicts import Change
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import RevisionChanges
from kubectl_dog.model.verdicts import Verdict
from tests.unit.builders import DEPLOY

SECRET = 'password=hunter2'
CAUSE = Cause('CrashLoop', '', 'main', SECRET, evidence=(f'kubelet: {SECRET}',))
CHANGES = RevisionChanges(
    '2', '1', (Change('livenessProbe', 'main', 'httpGet.path', after=f'/?{SECRET}'),)
)
LOG = LogChunk(1.0, DEPLOY, 'web-1', 'main', (LogLine(1, SECRET),))


def test_events_without_a_secret_are_the_same_objects():
    events = (RunBegan(0.0, 'rollout', (DEPLOY,)), LOG)
    assert mask_secrets(events) is events


def test_texts_of_events_are_masked_but_not_log_lines():
    explanation = Explanation(CAUSE, (SECRET,), (SECRET,), revision_changes=CHANGES)
    events = (
        KubeEvent(
            1.0, DEPLOY, 'Pod', 'web-1', 'Warning', 'Failed', f'pull https://a:{SECRET}@b', 1
        ),
        CauseSeen(1.0, DEPLOY, CAUSE, 1, None, None),
        TargetEnded(2.0, DEPLOY, Verdict.FAILED, '', SECRET, None, explanation),
        LOG,
    )
    *masked, log = mask_secrets(events)
    assert log is LOG
    assert masked[-1].explanation.log_excerpt == (SECRET,)
    rest = masked[-1]._replace(explanation=masked[-1].explanation._replace(log_excerpt=()))
    assert 'hunter2' not in repr([*masked[:-1], rest])
    assert rest.message == 'password=redacted'
    assert rest.target == DEPLOY
