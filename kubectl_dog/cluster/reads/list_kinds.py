"""List the objects of many kinds, several kinds at a time."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from functools import partial
from typing import TypeVar
from typing import Union

from kubectl_dog.cluster.reads.paging import RefusedError
from kubectl_dog.cluster.reads.paging import list_all
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Watch

_PARALLEL_REQUESTS = 8
_NOT_SERVED = (404, 405)

_Value = TypeVar('_Value')
_Result = TypeVar('_Result')


def list_kinds(
    connection: Connection, resources: Iterable[Resource], namespace: str
) -> dict[Resource, Union[Listed, ReadFailure]]:
    """Return the objects of each kind in a namespace (empty: all), or the error.

    It needs one request for each kind, and one more for each further 500 objects.
    """
    kinds = list(resources)
    return dict(zip(kinds, in_parallel(partial(_list_kind, connection, namespace), kinds)))


def _list_kind(
    connection: Connection, namespace: str, resource: Resource
) -> Union[Listed, ReadFailure]:
    want = Watch(resource, namespace if resource.namespaced else '')
    try:
        objects, _ = list_all(connection, want, lambda: None)
    except RefusedError as error:
        if error.status.code in _NOT_SERVED:
            # Discovery was cached, or the kind cannot be listed.
            return Listed(())
        return api_errors.read_failure(error.status, connection.server)
    except UnreachableError as error:
        return ReadFailure('unreachable', str(error))
    except CutError as error:
        return ReadFailure('unreachable', api_errors.unreachable(connection.server, error))
    return Listed(tuple(objects))


def in_parallel(
    function: Callable[[_Value], _Result], values: Sequence[_Value]
) -> Sequence[_Result]:
    """Return the results for all values in order; a few requests are sent at a time."""
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(_PARALLEL_REQUESTS)
    try:
        return list(pool.map(function, values))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
