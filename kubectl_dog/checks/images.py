"""Find names of images that cannot be parsed, by the rules of the kubelet."""

from __future__ import annotations

import re

from kubectl_dog.causes import image
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Findings
from kubectl_dog.checks.pod_templates import PodTemplate
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.pods import containers

# https://github.com/distribution/reference: reference.go, regexp.go and normalize.go.
_LABEL = r'[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
_DOMAIN = rf'(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?'
_COMPONENT = r'[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*'
_TAG = r'[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
_DIGEST = r'[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
_PATH = rf'{_COMPONENT}(?:/{_COMPONENT})*'
_REST = re.compile(rf'(?P<path>{_PATH})(?::{_TAG})?(?:@{_DIGEST})?')
_DOMAIN_PATTERN = re.compile(_DOMAIN)
_IDENTIFIER = re.compile(r'[0-9a-f]{64}')
_LONGEST = 255


def is_valid(name: str) -> bool:
    """Return whether the kubelet can parse the name of an image."""
    if _IDENTIFIER.fullmatch(name):
        return False
    first, slash, rest = name.partition('/')
    is_domain = '.' in first or ':' in first or first == 'localhost' or first != first.lower()
    if not slash or not is_domain:
        first, rest = '', name
    if first and not _DOMAIN_PATTERN.fullmatch(first):
        return False
    match = _REST.fullmatch(rest)
    return match is not None and len(match['path']) <= _LONGEST


def find_invalid(context: CheckContext, template: PodTemplate) -> Findings:
    """Yield the causes of images that cannot be parsed."""
    for container in containers(template.pod):
        name = get_str(container.spec, 'image')
        if name and not is_valid(name):
            cause = image.cause_of(
                context.view(template.target), template.pod, container, 'InvalidImageName', ''
            )
            yield cause._replace(reason='InvalidImageName')
