"""What was reported is remembered, but not without end."""

from __future__ import annotations

import pytest

from kubectl_dog.tracking.schedule import event_dedup
from kubectl_dog.tracking.schedule.event_dedup import NoticeDedup


@pytest.mark.parametrize(('others', 'is_new'), ((0, False), (2, False), (3, True)))
def test_a_notice_is_new_again_after_many_others(monkeypatch, others, is_new):
    monkeypatch.setattr(event_dedup, '_MAX_NOTICES', 3)
    notices = NoticeDedup()
    assert notices.is_new('denied', 'first')
    for number in range(others):
        assert notices.is_new('denied', str(number))
    assert notices.is_new('denied', 'first') is is_new


def test_an_outage_is_new_again_once_it_is_over():
    notices = NoticeDedup()
    steps = [('unreachable', 'gone'), ('unreachable', 'gone'), ('recovered', 'back')] * 2
    assert [notices.is_new(*step) for step in steps] == [True, False, True] * 2
