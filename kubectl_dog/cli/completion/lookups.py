"""Look up the names of kubeconfig and cluster for completion."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property

from kubectl_dog import completion_source
from kubectl_dog.cli import common_flags
from kubectl_dog.cli.completion.deadline import Deadline


class NameLookups:
    """A `candidates.NameSource` that connects when it is first used, and has a deadline."""

    def __init__(self, args: argparse.Namespace, deadline: Deadline) -> None:
        self._args = args
        self._deadline = deadline

    @cached_property
    def _connection(self) -> completion_source.Connection:
        from kubectl_dog import api

        return api.connect(**common_flags.cluster(self._args))

    def entries(self, section: str) -> Sequence[str]:
        """The `contexts`, `clusters` or `users` of the kubeconfig."""
        return self._deadline(
            lambda: completion_source.entries(section, **common_flags.cluster(self._args))
        )

    def namespaces(self) -> Sequence[str]:
        """The namespaces of the cluster."""
        return self._deadline(lambda: completion_source.namespaces(self._connection))

    def kinds(self) -> Mapping[str, str]:
        """The spellings of kinds, with their meaning."""
        return self._deadline(lambda: completion_source.kinds(self._connection))

    def objects(self, types: str) -> Sequence[str]:
        """The objects of a kind, or of several separated by commas."""
        return self._deadline(lambda: completion_source.objects(self._connection, types))

    def demos(self) -> Mapping[str, str]:
        """The recordings that ship with the program, with their titles."""
        from kubectl_dog import api

        return api.demos()

    def codes(self) -> Mapping[str, str]:
        """The codes of causes, with their meaning."""
        from kubectl_dog.causes import catalogue

        return {code: row.meaning for code, row in catalogue.CODES.items()}
