"""Create the functions per kind of `kubectl_dog.library.rollout` and `.follow`."""

from __future__ import annotations

from typing import Protocol

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.library.commands import OnEvent
from kubectl_dog.library.commands import run
from kubectl_dog.library.connecting import Kube
from kubectl_dog.library.option_values import check_name
from kubectl_dog.library.option_values import check_options
from kubectl_dog.library.results import Result
from kubectl_dog.library.session import Session
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.events import Event
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.output.command_guard import is_obeyed
from kubectl_dog.output.escape import break_commands


class Output(Protocol):
    """A destination of output lines, like `sys.stdout`."""

    def write(self, text: str) -> object:
        """Write a text that ends with a newline."""
        ...


class TrackFunction(Protocol):
    """A function that tracks one object of a kind by its name.

    Lines are printed to `output`, if there is one. `kube` is an ApiClient, the name of a context, a
    connection, or None. Times in `options` are in seconds. `on_event` is called with each event.
    """

    def __call__(
        self,
        name: str,
        namespace: str = '',
        kube: Kube = None,
        options: Options | None = None,
        *,
        on_event: OnEvent | None = None,
        output: Output | None = None,
    ) -> Result:
        """Track the object; errors are those of `kubectl_dog.rollout` and `kubectl_dog.follow`."""
        ...


def track_function(resource: Resource, doc: str, follow: bool = False) -> TrackFunction:
    """Create the function that tracks objects of this kind; its docstring is `doc`."""

    def track(
        name: str,
        namespace: str = '',
        kube: Kube = None,
        options: Options | None = None,
        *,
        on_event: OnEvent | None = None,
        output: Output | None = None,
    ) -> Result:
        call_options = check_options(options)
        call_options = call_options._replace(follow=True) if follow else call_options
        return _track(resource, name, namespace, kube, call_options, on_event, output)

    track.__doc__ = doc
    track.__name__ = track.__qualname__ = f'track_{resource.kind.lower()}'
    return track


def _track(
    resource: Resource,
    name: str,
    namespace: str,
    kube: Kube,
    options: Options,
    on_event: OnEvent | None,
    output: Output | None,
) -> Result:
    check_name(name)

    def find(connection: Connection) -> target_resolution.ResolvedTargets:
        return target_resolution.ResolvedTargets((Target(resource, connection.namespace, name),))

    session = Session.for_targets(find, kube, options, namespace)
    lines = None if output is None else api.lines(options.follow)

    def handle(event: Event) -> None:
        if lines is not None and output is not None:
            for line in lines.render(event):
                output.write(f'{break_commands(line) if is_obeyed(output) else line}\n')
        if on_event is not None:
            on_event(event)

    return run(session, handle)
