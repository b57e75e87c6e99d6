from __future__ import annotations

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.catalogue import tolerance
from kubectl_dog.causes.families import of_pods
from kubectl_dog.model.causes import Cause
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting


def test_the_same_cause_on_many_pods_is_one_and_the_worst_speaks():
    mild = pod(status(state=ended(3)), name='a')
    worse = pod(status(state=ended(3), last=ended(3), restarts=2), name='b')
    [cause] = of_pods(view(), [mild, worse])
    assert (cause.ends, cause.pods) == (3, ('b', 'a'))
    assert cause.logs[0].uid == 'pod-b'
    assert of_pods(view(), [worse, mild])[0].pods == ('b', 'a')


def test_what_fails_stands_before_what_only_explains():
    thing = pod(
        status('main', waiting('ErrImagePull', 'not found')),
        phase='Pending',
        inits=[{'name': 'wait'}],
        init_statuses=[status('wait')],
    )
    assert [cause.code for cause in of_pods(view(), [thing])] == [
        'ImageNotFound',
        'InitNotFinished',
    ]


def test_a_back_off_that_is_old_needs_less_patience():
    old = Cause('CrashLoop', '', 'main', '', ends_before=3)
    assert tolerance(old).seconds == 30
    assert tolerance(old._replace(ends_before=2)).seconds is None


def test_every_code_says_what_it_means():
    assert all(code.meaning and code.family for code in CODES.values())
    assert CODES['InitNotFinished'].tolerance.explains_only
