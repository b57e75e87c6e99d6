"""Custom resources as their operators write them, each through the engine for a while."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import yaml

from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.tracking.plugins.registry import Trackers
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.tracking.play import Play

FOLDER = Path(__file__).parent

# How long, in seconds, each is looked at: longer than an error may stand.
WHILE = 50.0


class Case(NamedTuple):
    operator: str
    situation: str
    expected: str
    object: dict

    @property
    def kind(self):
        return self.object['kind']

    @property
    def group(self):
        return self.object['apiVersion'].partition('/')[0]


def _cases():
    for path in sorted(FOLDER.glob('*.yaml')):
        for entry in yaml.safe_load(path.read_text(encoding='utf-8')):
            yield Case(path.stem, entry['situation'], entry['expect'], entry['object'])


CASES = tuple(_cases())


def resource(obj):
    group, _, version = obj['apiVersion'].rpartition('/')
    kind = obj['kind']
    return Resource(group, version, kind.lower() + 's', kind, kind.lower())


def complete_object(obj):
    """With what every object has; `SOON` is a moment after tracking began."""
    obj = json.loads(json.dumps(obj).replace('SOON', format_timestamp(NOW + 1)))
    meta = {'name': 'web', 'namespace': 'shop', 'uid': 'u1', 'creationTimestamp': ago(60)}
    return {**obj, 'metadata': {**meta, **obj.get('metadata', {})}}


def play(obj, given=()):
    """The engine after it has looked at an object for a while."""
    of = resource(obj)
    played = Play(Target(of, 'shop', 'web'), tracker=Trackers(given).of(of))
    played.listed(0.1, played.root, complete_object(obj))
    for want in played.step.wants - {played.root}:
        played.listed(0.1, want)
    return played.until(WHILE)


def outcome(played):
    """ready, failed, paused, or progressing; and when that was decided."""
    if played.track.ended is None:
        return 'progressing', None
    return str(played.ended.verdict.value), played.ended.at
