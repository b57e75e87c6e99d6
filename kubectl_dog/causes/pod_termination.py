"""Describe terminating pods: whether they terminate in time, or what blocks them."""

from __future__ import annotations

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.pods import containers
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.views import View


def is_terminating(view: View, pod: Object) -> bool:
    """Return whether the pod has been terminating for less than twice its grace period."""
    due = epoch(get_str(pod, 'metadata', 'deletionTimestamp'))
    return due is not None and view.now <= due + get_int(
        pod, 'metadata', 'deletionGracePeriodSeconds'
    )


def any_terminating(view: View) -> bool:
    """Return whether any known pod of the namespace is terminating and will free resources."""
    return any(
        obj.get('kind') == 'Pod'
        and get_str(obj, 'metadata', 'namespace') == view.target.namespace
        and is_terminating(view, obj)
        for children in view.children_by_owner_uid.values()
        for obj in children
    )


def is_stuck(view: View, pod: Object) -> bool:
    """Return whether the pod still exists although its grace period is over."""
    return is_deleting(pod) and not is_terminating(view, pod)


def blocked_by(view: View, pod: Object) -> str:
    """Return what a terminating pod waits for, as a part of a sentence."""
    finalizers = get_dict(pod, 'metadata').get('finalizers')
    if finalizers:
        return f'waits for finalizers: {", ".join(map(str, finalizers))}'
    if is_stuck(view, pod):
        return 'its grace period is over, but its node has not confirmed the termination'
    grace = format_duration(get_int(pod, 'metadata', 'deletionGracePeriodSeconds'))
    hooks = [
        container.name
        for container in containers(pod)
        if get_dict(container.spec, 'lifecycle', 'preStop')
    ]
    hook = f', preStop {"hook" if len(hooks) == 1 else "hooks"} of {", ".join(hooks)}'
    return f'grace period {grace}{hook if hooks else ""}'


def describe_terminating(view: View, pods: list[Object]) -> str:
    """Describe the terminating pods, and what blocks the first of them."""
    first = get_str(pods[0], 'metadata', 'name')
    count = count_noun(len(pods), 'old pod')
    return f'{count} still terminating: {first} ({blocked_by(view, pods[0])})'
