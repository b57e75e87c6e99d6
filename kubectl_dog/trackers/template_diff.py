"""Describe the differences of two pod templates, images first."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str


def describe_template_diff(before: Object, after: Object) -> tuple[str, ...]:
    """Describe what changed between two pod templates, one text per change."""
    old, new = _containers(before), _containers(after)
    changes = [line for name in new for line in _container(name, old.get(name), new[name])]
    changes += [f'container {name} removed' for name in old if name not in new]
    before_spec, after_spec = get_dict(before, 'spec'), get_dict(after, 'spec')
    for field in sorted({*before_spec, *after_spec} - {'containers', 'initContainers'}):
        if before_spec.get(field) != after_spec.get(field):
            changes.append(f'{field} changed')
    return tuple(changes or ['pod template changed'])


def _container(name: str, old: Object | None, new: Object) -> Iterator[str]:
    if old is None:
        yield f'container {name} added'
        return
    if old.get('image') != new.get('image'):
        yield f'image {name} {_image_change(get_str(old, "image"), get_str(new, "image"))}'
    before, after = _env(old), _env(new)
    names = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    if names:
        yield f'env {", ".join(names)} changed'
    for field in sorted({*old, *new} - {'image', 'env'}):
        if old.get(field) != new.get(field):
            yield f'{field} of {name} changed'


def _image_change(old: str, new: str) -> str:
    """Describe a change of image; only the tags if the repository is the same."""
    old_name, _, old_tag = old.rpartition(':')
    new_name, _, new_tag = new.rpartition(':')
    if old_name and old_name == new_name:
        return f'{old_tag} → {new_tag}'
    return f'{old} → {new}'


def _containers(template: Object) -> dict[str, Object]:
    spec = get_dict(template, 'spec')
    containers = get_dicts(spec, 'initContainers') + get_dicts(spec, 'containers')
    return {get_str(container, 'name'): container for container in containers}


def _env(container: Object) -> dict[str, Object]:
    return {get_str(variable, 'name'): variable for variable in get_dicts(container, 'env')}
