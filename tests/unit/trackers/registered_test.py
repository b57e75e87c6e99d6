from __future__ import annotations

import importlib
from configparser import ConfigParser
from pathlib import Path

import pytest

from kubectl_dog.model.assessments import State
from tests.unit.builders import view

SETUP = Path(__file__).parents[3] / 'setup.cfg'


def registered():
    config = ConfigParser(delimiters=('=',))
    config.optionxform = str
    config.read(SETUP)
    lines = config['options.entry_points']['kubectl_dog.trackers.v1'].split('\n')
    return [tuple(line.replace(' ', '').split('=')) for line in lines if line.strip()]


@pytest.mark.parametrize(('key', 'module'), registered())
@pytest.mark.parametrize(
    'obj',
    (
        {},
        {'metadata': None, 'spec': None, 'status': None},
        {'metadata': [], 'spec': 'x', 'status': 4},
        {'metadata': {'generation': 'x'}, 'spec': {'selector': []}, 'status': {'conditions': {}}},
        {'spec': {'template': None, 'replicas': 'x'}, 'status': {'conditions': [None, 'x', {}]}},
    ),
)
def test_every_tracker_survives_what_is_missing_or_strange(key, module, obj):
    tracker = importlib.import_module(module)
    shown = view({'kind': key.partition('.')[0], **obj})
    assert tracker.assess(shown).state in State
    assert isinstance(tracker.wants(shown), tuple)


def test_every_kind_has_one_tracker():
    keys = [key for key, _ in registered()]
    assert len(keys) == len(set(keys))
    assert {'Deployment.apps', 'Pod', 'Job.batch', 'ConfigMap'} <= set(keys)
