"""Find objects whose namespace or kind does not exist."""

from __future__ import annotations

from collections.abc import Generator

from kubectl_dog.causes.suggestions import with_existing_names
from kubectl_dog.checks.batch import Entry
from kubectl_dog.checks.check_context import CheckContext
from kubectl_dog.checks.check_context import Evidence
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.wants import Lookup

Lookups = Generator['Evidence | Lookup', None, 'Cause | None']
_NAMESPACES = Lookup(NAMESPACES, '')


def find_unknown_kind(entry: Entry) -> Cause | None:
    """Return the cause of an object whose kind the server does not know."""
    if not entry.unserved:
        return None
    kind = entry.target.resource.kind
    return Cause('CreateFailed', '', kind, entry.unserved, suggested_commands=(_RESOURCES,))


_RESOURCES = 'kubectl api-resources'


def find_missing_namespace(context: CheckContext, entry: Entry) -> Lookups:
    """Return the cause of an object whose namespace does not exist, and is not created with it."""
    namespace = entry.target.namespace
    if not namespace:
        return None
    answer = yield from context.namespace(namespace)
    if answer.status != 'missing' or context.batch.has_namespace(namespace):
        return None
    cause = Cause(
        'CreateFailed',
        '',
        f'namespace/{namespace}',
        f'namespace "{namespace}" does not exist',
        lookups=(_NAMESPACES,),
        suggested_commands=('kubectl get namespaces',),
    )
    listed = context.answers.get(_NAMESPACES)
    if listed is None:
        yield Evidence(_NAMESPACES)
    elif listed.status == 'found':
        names = [name(obj) for obj in listed.objects]
        return with_existing_names(cause, 'namespace', namespace, names, '')
    return cause
