"""How far the analysis of a Canary is, and how long it may take, read from `spec.analysis`.

https://docs.flagger.app/usage/how-it-works#canary-analysis
"""

from __future__ import annotations

import re

from kubectl_dog.tracker import Object
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_dicts
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str

_PIECE = re.compile(r'([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h)')
_SECONDS = {'ms': 0.001, 's': 1.0, 'm': 60.0, 'h': 3600.0}

# What Flagger takes where nothing is told, in seconds and in checks.
_INTERVAL = 60.0
_DEADLINE = 600
_THRESHOLD = 1

# Steps beside those of the analysis: noticing the change, promoting, finalising, scaling down.
_ELSE = 6


def interval(canary: Object) -> float:
    """Seconds between two looks that Flagger takes at a Canary, at least 10."""
    told = get_str(_analysis(canary), 'interval')
    pieces = _PIECE.findall(told)
    seconds = sum(float(count) * _SECONDS[unit] for count, unit in pieces)
    return max(10.0, seconds) if pieces else _INTERVAL


def patience(canary: Object) -> float:
    """Seconds that a whole analysis may take where every check but the last fails once."""
    deadline = get_int(canary, 'spec', 'progressDeadlineSeconds', default=_DEADLINE)
    looks = _steps(canary) + threshold(canary) + _ELSE
    return interval(canary) * looks + deadline + 60.0


def threshold(canary: Object) -> int:
    """How many checks may fail before it is rolled back."""
    return max(1, get_int(_analysis(canary), 'threshold', default=_THRESHOLD))


def words(canary: Object) -> str:
    """How far it is, in words."""
    analysis, status = _analysis(canary), get_dict(canary, 'status')
    told = []
    iterations = get_int(analysis, 'iterations')
    if iterations:
        told.append(f'iteration {get_int(status, "iterations")} of {iterations}')
    elif 'canaryWeight' in status:
        told.append(f'weight {get_int(status, "canaryWeight")} of {_most(canary)}')
    failed = get_int(status, 'failedChecks')
    if failed:
        told.append(f'{failed} of {threshold(canary)} checks failed')
    return ', '.join(told)


def hooks(canary: Object, kind: str) -> list[str]:
    """The names of the webhooks of one type."""
    return [
        get_str(one, 'name')
        for one in get_dicts(_analysis(canary), 'webhooks')
        if one.get('type') == kind
    ]


def _analysis(canary: Object) -> Object:
    # `canaryAnalysis` is its name from before v1beta1.
    return get_dict(canary, 'spec', 'analysis') or get_dict(canary, 'spec', 'canaryAnalysis')


def _steps(canary: Object) -> int:
    analysis = _analysis(canary)
    weights = analysis.get('stepWeights')
    listed = len(weights) if isinstance(weights, list) else 0
    step = get_int(analysis, 'stepWeight')
    by_weight = listed or (-(-_most(canary) // step) if step > 0 else 0)
    return get_int(analysis, 'iterations') or by_weight


def _most(canary: Object) -> int:
    analysis = _analysis(canary)
    weights = analysis.get('stepWeights')
    if isinstance(weights, list) and weights and isinstance(weights[-1], int):
        return min(100, weights[-1])
    return get_int(analysis, 'maxWeight') or 100
