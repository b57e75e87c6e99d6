"""kubectl-dog reports whether a rollout is done, whether it failed, and why.

In Python, `rollout`, `follow`, `status` and `multitrack` are the commands, `Session` yields events,
and feeds call back as kubedog's do. See docs/library.md.
"""

from __future__ import annotations

# Type checkers take it for true. Importing `typing` would delay the handlers of signals, see entry.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from kubectl_dog.library.callbacks import AddedPod as AddedPod
    from kubectl_dog.library.callbacks import AddedReplicaSet as AddedReplicaSet
    from kubectl_dog.library.callbacks import ContainerError as ContainerError
    from kubectl_dog.library.callbacks import ContainerLogChunk as ContainerLogChunk
    from kubectl_dog.library.commands import follow as follow
    from kubectl_dog.library.commands import multitrack as multitrack
    from kubectl_dog.library.commands import rollout as rollout
    from kubectl_dog.library.commands import status as status
    from kubectl_dog.library.connecting import connect as connect
    from kubectl_dog.library.errors import StopTrack as StopTrack
    from kubectl_dog.library.errors import TrackError as TrackError
    from kubectl_dog.library.feed import Feed as Feed
    from kubectl_dog.library.feeds import ControllerFeed as ControllerFeed
    from kubectl_dog.library.feeds import DaemonSetFeed as DaemonSetFeed
    from kubectl_dog.library.feeds import DeploymentFeed as DeploymentFeed
    from kubectl_dog.library.feeds import JobFeed as JobFeed
    from kubectl_dog.library.feeds import PodFeed as PodFeed
    from kubectl_dog.library.feeds import StatefulSetFeed as StatefulSetFeed
    from kubectl_dog.library.results import Result as Result
    from kubectl_dog.library.session import Session as Session
    from kubectl_dog.library.target_inputs import Where as Where
    from kubectl_dog.library.typed_status import ControllerStatus as ControllerStatus
    from kubectl_dog.library.typed_status import DaemonSetStatus as DaemonSetStatus
    from kubectl_dog.library.typed_status import DeploymentStatus as DeploymentStatus
    from kubectl_dog.library.typed_status import JobStatus as JobStatus
    from kubectl_dog.library.typed_status import PodStatus as PodStatus
    from kubectl_dog.library.typed_status import StatefulSetStatus as StatefulSetStatus
    from kubectl_dog.model.errors import AccessError as AccessError
    from kubectl_dog.model.errors import MissingError as MissingError
    from kubectl_dog.model.errors import UserError as UserError
    from kubectl_dog.model.options import Options as Options
    from kubectl_dog.model.verdicts import Verdict as Verdict

# The module of each public name. Modules are imported on first use, so that programs start fast.
_MODULES = {
    'library.commands': ('follow', 'multitrack', 'rollout', 'status'),
    'library.errors': ('StopTrack', 'TrackError'),
    'library.feed': ('Feed',),
    'library.feeds': (
        *('ControllerFeed', 'DaemonSetFeed', 'DeploymentFeed', 'JobFeed', 'PodFeed'),
        'StatefulSetFeed',
    ),
    'library.callbacks': ('AddedPod', 'AddedReplicaSet', 'ContainerError', 'ContainerLogChunk'),
    'library.connecting': ('connect',),
    'library.results': ('Result',),
    'library.session': ('Session',),
    'library.typed_status': (
        *('ControllerStatus', 'DaemonSetStatus', 'DeploymentStatus', 'JobStatus', 'PodStatus'),
        'StatefulSetStatus',
    ),
    'library.target_inputs': ('Where',),
    'model.errors': ('AccessError', 'MissingError', 'UserError'),
    'model.options': ('Options',),
    'model.verdicts': ('Verdict',),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    'AccessError',
    'AddedPod',
    'AddedReplicaSet',
    'ContainerError',
    'ContainerLogChunk',
    'ControllerFeed',
    'ControllerStatus',
    'DaemonSetFeed',
    'DaemonSetStatus',
    'DeploymentFeed',
    'DeploymentStatus',
    'Feed',
    'JobFeed',
    'JobStatus',
    'MissingError',
    'Options',
    'PodFeed',
    'PodStatus',
    'Result',
    'Session',
    'StatefulSetFeed',
    'StatefulSetStatus',
    'StopTrack',
    'TrackError',
    'UserError',
    'Verdict',
    'Where',
    'connect',
    'follow',
    'multitrack',
    'rollout',
    'status',
]


# Type checkers use the imports above. With this function they would accept any name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import the module of a public name on first use."""
        if name in _MODULE_OF:
            from importlib import import_module

            return getattr(import_module(f'kubectl_dog.{_MODULE_OF[name]}'), name)
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
