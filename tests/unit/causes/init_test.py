from __future__ import annotations

from kubectl_dog.causes import init
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view

STEPS = [container('wait'), container('migrate'), container('proxy', restartPolicy='Always')]


def find(*statuses):
    return list(init.find(view(), pod(inits=STEPS, init_statuses=statuses, phase='Pending')))


def test_names_the_step_that_fails():
    done = status('wait', ended(0, 'Completed'))
    [cause] = find(done, status('migrate', ended(1)))
    assert cause.code == 'CrashLoop'
    assert cause.message.startswith('init container "migrate" (step 2 of 3) exited with code 1')


def test_a_running_step_is_informational():
    [cause] = find(status('wait', running(300)))
    assert cause.code == 'InitNotFinished'
    assert cause.message == 'init container "wait" (step 1 of 3) is still running'


def test_completed_steps_and_sidecars_have_no_cause():
    assert find(status('wait', ended(0)), status('proxy', ended(1))) == []


def test_a_sidecar_does_not_hide_a_later_step():
    inits = [container('proxy', restartPolicy='Always'), container('migrate')]
    statuses = [status('proxy', running(9)), status('migrate', ended(1))]
    obj = pod(inits=inits, init_statuses=statuses, phase='Pending')
    assert [cause.subject for cause in init.find(view(), obj)] == ['migrate']
