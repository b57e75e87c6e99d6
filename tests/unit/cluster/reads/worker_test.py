from __future__ import annotations

import pytest

from kubectl_dog.cluster.reads.worker import Backoff
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.cluster.reads.worker import Reader
from kubectl_dog.model import limits


@pytest.mark.parametrize(
    ('text', 'seconds'),
    (
        ('7', 7.0),
        ('0', 1.0),
        ('60', 60.0),
        ('61', 60.0),
        ('9' * 5000, 60.0),
        ('', 1.0),
        ('-7', 1.0),
        ('+7', 1.0),
        ('7.5', 1.0),
        ('7_0', 1.0),
        (' 7', 1.0),
        ('²', 1.0),
        ('٣', 1.0),
        ('Fri, 31 Dec 99999 23:59:59 GMT', 1.0),
        ('<html>', 1.0),
    ),
)
def test_a_retry_waits_as_long_as_the_server_asks_within_a_limit(text, seconds):
    assert Backoff(1.0, 5.0, lambda: 1.0).delay({'Retry-After': text}) == seconds


class Refusal:
    """A body without end."""

    read_timeout = None

    def set_read_timeout(self, seconds):
        self.read_timeout = seconds

    def read(self):
        return b'x' * 1000


def test_the_beginning_of_a_refusal_is_enough():
    refusal = Refusal()
    body = Reader(None, print, Environment()).body(refusal)
    assert limits.REFUSAL_BYTES <= len(body) < limits.REFUSAL_BYTES + 1000
    assert refusal.read_timeout == limits.REFUSAL_SECONDS
