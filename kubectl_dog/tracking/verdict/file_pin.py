"""Determine whether the manifest that names a target has been applied. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str

_DELETION = 'metadata.deletionTimestamp'
_MOST_NAMED = 3


def check_file(obj: Object, images: Sequence[str], was_met: bool) -> tuple[str, bool]:
    """Return what is missing, as text after "waiting for", and whether an image differs.

    The text is empty if the manifest has been applied. `images` are texts CONTAINER=IMAGE in
    recordings of earlier versions. Once it has been applied (`was_met`), only images count: others
    may change fields, but another image is another revision.
    """
    for text in images:
        unmet = _unmet_image(obj, text)
        if unmet:
            return unmet, True
    differences = [
        entry
        for entry in get_dicts(obj, FILE_DIFFERENCES)
        if not was_met or entry.get('isImage') is True
    ]
    if any(entry.get('field') == _DELETION for entry in differences):
        return 'its replacement, as it is being deleted', False
    if not differences:
        return '', False
    is_other = any(entry.get('isImage') is True for entry in differences)
    noun = 'value' if len(differences) == 1 else 'values'
    return f"the file's {noun} of {_describe(differences)}", is_other


def _describe(differences: Sequence[Object]) -> str:
    """Return the fields as text; those with values first, as they explain most."""
    entries = sorted(differences, key=lambda entry: 'wanted' not in entry)
    texts = [get_str(entries[0], 'field') + _values(entries[0])]
    texts += [get_str(entry, 'field') for entry in entries[1:_MOST_NAMED]]
    more = len(entries) - len(texts)
    if more > 0:
        return f'{", ".join(texts)} and {more} more'
    return ' and '.join(filter(None, (', '.join(texts[:-1]), texts[-1])))


def _values(entry: Object) -> str:
    if 'wanted' not in entry:
        return ''
    return f' (file: {get_str(entry, "wanted")}, current: {get_str(entry, "current")})'


def _unmet_image(obj: Object, text: str) -> str:
    from kubectl_dog.model.images import may_be_rewritten
    from kubectl_dog.model.pods import template_images

    container, _, image = text.partition('=')
    current = dict(template_images(obj)).get(container, '')
    if may_be_rewritten(image, current):
        return ''
    waits_for = f'image {image} of container "{container}", as in the file'
    return f'{waits_for} (current: {current or "none"})'
