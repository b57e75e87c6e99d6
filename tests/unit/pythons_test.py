from __future__ import annotations

import sys

import pytest

from tests import pythons


def test_runs_a_command_and_returns_its_output():
    assert pythons.run(sys.executable, '-c', 'print(1)').strip() == '1'


def test_a_command_that_fails_is_reported_with_its_output():
    with pytest.raises(pythons.BrokenError, match='exit code 3\nno'):
        pythons.run(sys.executable, '-c', 'print("no"); raise SystemExit(3)')
