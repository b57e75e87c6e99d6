"""What `kubectl_dog.library.rollout` and `.follow` share: one object, and lines where wanted."""

from __future__ import annotations

from typing import Protocol

from kubectl_dog import api
from kubectl_dog import finding
from kubectl_dog.cluster.protocol import Connection
from kubectl_dog.library.calls import OnEvent
from kubectl_dog.library.calls import run
from kubectl_dog.library.reaching import Kube
from kubectl_dog.library.results import Result
from kubectl_dog.library.session import Session
from kubectl_dog.model.events import Event
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target


class Output(Protocol):
    """Where lines are written to, like `sys.stdout`."""

    def write(self, text: str) -> object:
        """Take a text with its line end."""
        ...


def track(
    resource: Resource,
    name: str,
    namespace: str,
    kube: Kube,
    options: Options,
    on_event: OnEvent | None,
    output: Output | None,
) -> Result:
    """Track one object; arguments and errors are those of the functions per kind."""

    def find(connection: Connection) -> finding.Wanted:
        return finding.Wanted((Target(resource, connection.namespace, name),))

    session = Session.about(find, kube, options, namespace)
    lines = None if output is None else api.lines(options.follow)

    def tell(event: Event) -> None:
        if lines is not None and output is not None:
            for line in lines.render(event):
                output.write(f'{line}\n')
        if on_event is not None:
            on_event(event)

    return run(session, tell)
