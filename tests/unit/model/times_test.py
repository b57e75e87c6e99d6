from __future__ import annotations

import pytest

from kubectl_dog.model import times
from kubectl_dog.model.errors import UserError


@pytest.mark.parametrize(
    ('text', 'nanoseconds'),
    (
        ('1970-01-01T00:00:01Z', 1_000_000_000),
        ('1970-01-01T00:00:01.5Z', 1_500_000_000),
        ('1970-01-01T00:00:00.000000001Z', 1),
        ('1970-01-01T02:00:00+02:00', 0),
        ('1970-01-01T00:00:00-00:30', 1_800_000_000_000),
        ('yesterday', None),
        ('1970-01-01 00:00:00', None),
    ),
)
def test_reads_timestamps(text, nanoseconds):
    assert times.nanoseconds(text) == nanoseconds


@pytest.mark.parametrize('value', (None, 3, '', {}))
def test_invalid_timestamps_are_none(value):
    assert times.epoch(value) is None


def test_formats_what_it_parses():
    assert times.epoch(times.format_timestamp(1_800_000_000.25)) == 1_800_000_000.25


@pytest.mark.parametrize(
    ('text', 'seconds'),
    (('0', 0), ('90', 90), ('1.5', 1.5), ('90s', 90), ('1m30s', 90), ('2h', 7200), ('500ms', 0.5)),
)
def test_reads_durations(text, seconds):
    assert times.parse_duration(text) == seconds


@pytest.mark.parametrize('text', ('9' * 9, '99999d', '999999999h'))
def test_refuses_durations_of_more_than_ten_years(text):
    with pytest.raises(UserError, match='longer than ten years'):
        times.parse_duration(text)


@pytest.mark.parametrize('text', ('', '5x', '-5s', 'm', '5 m', 'nan', 'inf', '1e3', '9' * 400))
def test_explains_the_syntax_of_durations(text):
    with pytest.raises(UserError, match='use a value like 90s, 5m or 1h30m'):
        times.parse_duration(text)


@pytest.mark.parametrize(
    ('seconds', 'text'),
    (
        (-1, '0s'),
        (0.4, '0s'),
        (59.4, '59s'),
        (60, '1m'),
        (90, '1m30s'),
        (7200, '2h'),
        (11100, '3h5m'),
    ),
)
def test_formats_durations(seconds, text):
    assert times.format_duration(seconds) == text
