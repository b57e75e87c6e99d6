"""Progress, interval and time limit of the analysis of a Canary, read from `spec.analysis`.

https://docs.flagger.app/usage/how-it-works#canary-analysis
"""

from __future__ import annotations

import re

from kubectl_dog.tracker import Object
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_dicts
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str

_DURATION_PART = re.compile(r'([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h)')
_SECONDS = {'ms': 0.001, 's': 1.0, 'm': 60.0, 'h': 3600.0}

# Flagger's defaults, in seconds and in checks.
_DEFAULT_INTERVAL = 60.0
_DEFAULT_DEADLINE = 600
_DEFAULT_THRESHOLD = 1

# Intervals besides the analysis: noticing the change, promoting, finalising, scaling down.
_OTHER_STEPS = 6


def interval(canary: Object) -> float:
    """Seconds between two reconciliations of a Canary by Flagger, at least 10."""
    text = get_str(_analysis(canary), 'interval')
    amounts = _DURATION_PART.findall(text)
    seconds = sum(float(count) * _SECONDS[unit] for count, unit in amounts)
    return max(10.0, seconds) if amounts else _DEFAULT_INTERVAL


def stall_timeout(canary: Object) -> float:
    """Seconds that a whole analysis may take if all checks except the last allowed one fail."""
    deadline = get_int(canary, 'spec', 'progressDeadlineSeconds', default=_DEFAULT_DEADLINE)
    checks = _step_count(canary) + threshold(canary) + _OTHER_STEPS
    return interval(canary) * checks + deadline + 60.0


def threshold(canary: Object) -> int:
    """Number of failed checks after which Flagger rolls back."""
    return max(1, get_int(_analysis(canary), 'threshold', default=_DEFAULT_THRESHOLD))


def describe_progress(canary: Object) -> str:
    """The progress of the analysis as text, such as `weight 20 of 50`."""
    analysis, status = _analysis(canary), get_dict(canary, 'status')
    parts = []
    iterations = get_int(analysis, 'iterations')
    if iterations:
        parts.append(f'iteration {get_int(status, "iterations")} of {iterations}')
    elif 'canaryWeight' in status:
        parts.append(f'weight {get_int(status, "canaryWeight")} of {_max_weight(canary)}')
    failed = get_int(status, 'failedChecks')
    if failed:
        parts.append(f'{failed} of {threshold(canary)} checks failed')
    return ', '.join(parts)


def webhook_names(canary: Object, kind: str) -> list[str]:
    """The names of the webhooks of a type."""
    return [
        get_str(webhook, 'name')
        for webhook in get_dicts(_analysis(canary), 'webhooks')
        if webhook.get('type') == kind
    ]


def _analysis(canary: Object) -> Object:
    # The field was called `canaryAnalysis` before v1beta1.
    return get_dict(canary, 'spec', 'analysis') or get_dict(canary, 'spec', 'canaryAnalysis')


def _step_count(canary: Object) -> int:
    analysis = _analysis(canary)
    weights = analysis.get('stepWeights')
    listed = len(weights) if isinstance(weights, list) else 0
    step = get_int(analysis, 'stepWeight')
    by_weight = listed or (-(-_max_weight(canary) // step) if step > 0 else 0)
    return get_int(analysis, 'iterations') or by_weight


def _max_weight(canary: Object) -> int:
    analysis = _analysis(canary)
    weights = analysis.get('stepWeights')
    if isinstance(weights, list) and weights and isinstance(weights[-1], int):
        return min(100, weights[-1])
    return get_int(analysis, 'maxWeight') or 100
