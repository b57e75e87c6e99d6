"""What should be read next, as values: trackers and causes return wants and never fetch.

Wants are shared by equality, so two targets with the same pod share one stream. The three
shapes differ in length on purpose: NamedTuples of different classes compare as plain tuples.
"""

from __future__ import annotations

from typing import NamedTuple
from typing import Union

from kubectl_dog.model.resources import Resource


class Watch(NamedTuple):
    """List, then watch, a collection narrowed by label and field selectors (both may be empty)."""

    resource: Resource
    namespace: str
    labels: str = ''
    fields: str = ''


class Lookup(NamedTuple):
    """One look, answered once: an object by name, or names in a namespace when `name` is empty.

    Answers carry metadata only (PartialObjectMetadata), as evidence seldom needs more than names;
    all there is where `whole` says so. A list is answered with its first page.
    """

    resource: Resource
    namespace: str
    name: str = ''
    labels: str = ''
    full_object: bool = False


class Logs(NamedTuple):
    """The log of one container, across its restarts, each line once and in order.

    `restarts` and `running` say which instance the pod's status shows; they change while the
    stream goes on, so a stream is identified by `stream`, not by the whole value. `since` is in
    epoch seconds; `tail` limits the first opening only, which begins with the run before the
    present one where `previous` says so.
    """

    namespace: str
    pod: str
    uid: str
    container: str
    restarts: int = 0
    running: bool = True
    since: float | None = None
    tail: int | None = None
    previous: bool = True

    @property
    def stream(self) -> tuple[str, str]:
        """(pod uid, container): what identifies one log stream."""
        return (self.uid, self.container)


Want = Union[Watch, Lookup, Logs]
