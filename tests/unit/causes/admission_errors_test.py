from __future__ import annotations

import pytest

from kubectl_dog.causes.admission_errors import parse_admission_error

POD = 'Error creating: pods "web-5d8-x2x8q" is forbidden: '
SET = 'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: '
SECURITY = (
    'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main"'
    ' must set securityContext.allowPrivilegeEscalation=false)'
)
CALL = 'failed calling webhook "policy.scen.example": failed to call webhook: '
REFUSED = (
    'Post "https://127.0.0.1:9/validate?timeout=3s": dial tcp 127.0.0.1:9: connect: connection'
    ' refused'
)


@pytest.mark.parametrize(
    ('message', 'code', 'subject', 'sentence'),
    (
        (
            f'{POD}exceeded quota: tiny, requested: pods=1, used: pods=1, limited: pods=1',
            'QuotaExceeded',
            'tiny',
            'no new pod can be created: quota "tiny" allows 1 pod (1 used, 1 more requested)',
        ),
        (
            f'{POD}exceeded quota: big, requested: limits.cpu=2,pods=1, used: limits.cpu=7,pods=9,'
            ' limited: limits.cpu=8,pods=9',
            'QuotaExceeded',
            'big',
            'no new pod can be created: quota "big" allows 8 limits.cpu (7 used, 2 more '
            'requested); 9 pods (9 used, 1 more requested)',
        ),
        (
            f'{POD}exceeded quota: odd, requested: x, used: y, limited: pods=2',
            'QuotaExceeded',
            'odd',
            'no new pod can be created: quota "odd" allows 2 pods (? used, ? more requested)',
        ),
        (
            'Failed to create new replica set "web-7": replicasets.apps "web-7" is forbidden:'
            ' exceeded quota: nors, requested: count/replicasets.apps=1, used:'
            ' count/replicasets.apps=0, limited: count/replicasets.apps=0',
            'QuotaExceeded',
            'nors',
            'no new ReplicaSet can be created: quota "nors" allows 0 count/replicasets.apps (0 '
            'used, 1 more requested)',
        ),
        (
            'create Claim data-db-0 Pod db-0 in StatefulSet db failed error:'
            ' persistentvolumeclaims "data-db-0" is forbidden: no way',
            'CreateFailed',
            '',
            'no new PersistentVolumeClaim can be created: no way',
        ),
        (
            f'{POD}failed quota: tiny: must specify limits.cpu for: main',
            'CreateFailed',
            'tiny',
            'no new pod can be created: quota "tiny": the pod must specify limits.cpu for: main',
        ),
        (
            f'{POD}[minimum memory usage per Container is 10Mi, but request is 1Mi, maximum cpu'
            ' usage per Container is 500m, but limit is 2]',
            'LimitRange',
            '',
            'no new pod can be created: a LimitRange of the namespace forbids it: [minimum memory'
            ' usage per Container is 10Mi, but request is 1Mi, maximum cpu usage per Container is'
            ' 500m, but limit is 2]',
        ),
        (
            f'{POD}cpu max limit to request ratio per Container is 2, but provided ratio is 4.0',
            'LimitRange',
            '',
            'no new pod can be created: a LimitRange of the namespace forbids it: cpu max limit to'
            ' request ratio per Container is 2, but provided ratio is 4.0',
        ),
        (
            POD + SECURITY,
            'PodSecurity',
            'restricted:latest',
            'no new pod can be created: it violates PodSecurity "restricted:latest" of the'
            ' namespace: allowPrivilegeEscalation != false (container "main" must set'
            ' securityContext.allowPrivilegeEscalation=false)',
        ),
        (
            f'{POD}unable to validate against any security context constraint: [no user]',
            'PodSecurity',
            '',
            'no new pod can be created: no security context constraint allows it: [no user]',
        ),
        (
            'Error creating: admission webhook "deny.example" denied the request: no latest tags',
            'WebhookDenied',
            'deny.example',
            'no new pod can be created: webhook "deny.example" denied the request: no latest tags',
        ),
        (
            f"{POD}ValidatingAdmissionPolicy 'tags' with binding 'all' denied request: no latest",
            'WebhookDenied',
            'tags',
            'no new pod can be created: admission policy "tags" denied request: no latest',
        ),
        (
            f'Error creating: Internal error occurred: {CALL}{REFUSED}',
            'WebhookUnreachable',
            'policy.scen.example',
            'no new pod can be created: webhook "policy.scen.example" cannot be reached: '
            + REFUSED,
        ),
        (
            f'{SET}error looking up service account shop/robot: serviceaccount "robot" not found',
            'ServiceAccountMissing',
            'robot',
            'no new pod can be created: ServiceAccount "robot" does not exist',
        ),
        (
            f'{POD}no PriorityClass with name high was found',
            'PriorityClassMissing',
            'high',
            'no new pod can be created: PriorityClass "high" does not exist',
        ),
        (
            'Error creating: Pod "web-x" is invalid: spec.containers[0].image: Required value',
            'CreateFailed',
            '',
            'no new pod can be created: Pod "web-x" is invalid: spec.containers[0].image: Required'
            ' value',
        ),
    ),
)
def test_parses_messages_of_the_api_server(message, code, subject, sentence):
    assert parse_admission_error(message)[:3] == (code, subject, sentence)


@pytest.mark.parametrize(
    ('quota', 'subject'),
    (('tiny', 'tiny'), ('../secrets/db; rm -rf x', ''), ('$(reboot)', ''), ('a b', '')),
)
def test_uses_only_valid_names_in_commands(quota, subject):
    message = f'exceeded quota: {quota}, requested: pods=1, used: pods=3, limited: pods=3'
    assert parse_admission_error(message).subject == subject
