from __future__ import annotations

import threading

import pytest

from kubectl_dog.cli.completion.deadline import Deadline
from kubectl_dog.cli.completion.deadline import DeadlineExceededError
from kubectl_dog.model.errors import AccessError


def test_what_comes_in_time_is_told():
    deadline = Deadline(20.0)
    assert deadline(lambda: ['a']) == ['a']
    assert not deadline.is_over


def test_what_comes_too_late_is_not_waited_for():
    let_go = threading.Event()
    deadline = Deadline(0.0)
    with pytest.raises(DeadlineExceededError):
        deadline(lambda: let_go.wait(20))
    assert deadline.is_over
    let_go.set()


def test_all_questions_together_have_the_time_once():
    now, let_go = [0.0], threading.Event()

    def first():
        now[0] = 30.0
        return 1

    deadline = Deadline(20.0, lambda: now[0])
    assert deadline(first) == 1
    with pytest.raises(DeadlineExceededError):
        deadline(lambda: let_go.wait(20))
    let_go.set()


@pytest.mark.parametrize('error', (AccessError('no'), ZeroDivisionError(), SystemExit(2)))
def test_an_error_is_passed_on(error):
    def ask():
        raise error

    deadline = Deadline(20.0)
    with pytest.raises(type(error)):
        deadline(ask)
    assert not deadline.is_over
