"""A small sample of `python -m tests.fuzz`, with the same inputs each time."""

from __future__ import annotations

import random

import pytest

from tests.fuzz import __main__ as fuzz
from tests.fuzz import mutations
from tests.fuzz.drivers import DRIVERS
from tests.fuzz.drivers import CrashError
from tests.unit.needs import examples

SAMPLE = 8


@pytest.fixture(autouse=True)
def no_home(monkeypatch, tmp_path):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('KUBECACHEDIR', str(tmp_path))


@pytest.mark.parametrize('kind', DRIVERS)
def test_mutated_inputs_are_judged_or_refused(kind, tmp_path):
    for seed in range(examples(SAMPLE)):
        failure, _, argv = fuzz.attempt(kind, seed, tmp_path)
        assert failure is None, (seed, argv)


def test_the_same_seed_makes_the_same_input():
    for driver in DRIVERS.values():
        first, second = (driver.make(random.Random('7')) for _ in range(2))
        assert first == second


def test_a_fault_of_the_program_is_a_failure(tmp_path, monkeypatch):
    def crash(*_):
        raise CrashError('  kubectl_dog.cli.main, line 63, in _run\nZeroDivisionError')

    driver = DRIVERS['path']
    monkeypatch.setattr(driver, '_run', crash)
    failure, _, _ = fuzz.attempt('path', 1, tmp_path)
    assert failure == 'kubectl_dog.cli.main, line 63 ZeroDivisionError'


def test_a_mutated_value_shares_nothing_with_the_original():
    value = {'a': [{'b': 1}, {'c': [2]}]}
    for seed in range(50):
        changed = mutations.mutated_value(random.Random(seed), value)
        assert value == {'a': [{'b': 1}, {'c': [2]}]}
        assert changed is not value
