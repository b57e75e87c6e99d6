from __future__ import annotations

import pytest

from kubectl_dog.causes import catalogue
from kubectl_dog.causes.catalogue import clock_restarts_on_progress
from kubectl_dog.model.causes import Cause


@pytest.mark.parametrize(
    ('code', 'restarts'),
    (('QuotaExceeded', True), ('Unschedulable', True), ('ImageNotFound', False)),
)
def test_the_clock_of_some_causes_restarts_on_progress(code, restarts):
    assert clock_restarts_on_progress(Cause(code, '', '', '')) is restarts


def test_a_code_of_a_plugin_has_an_entry():
    assert catalogue.code_of('LampBroken').name == 'LampBroken'
    assert catalogue.code_of('CrashLoop') is catalogue.CODES['CrashLoop']
