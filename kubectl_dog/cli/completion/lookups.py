"""The names that kubeconfig and cluster know, as the flags of the command line have them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property

from kubectl_dog import completion_source
from kubectl_dog.cli import common_flags
from kubectl_dog.cli.completion.deadline import Deadline


class NameLookups:
    """Implements `offers.Names`; asks nobody before there is a question, and none for too long."""

    def __init__(self, said: argparse.Namespace, patience: Deadline) -> None:
        self._said = said
        self._patience = patience

    @cached_property
    def _connection(self) -> completion_source.Connection:
        from kubectl_dog import api

        return api.connect(**common_flags.cluster(self._said))

    def entries(self, section: str) -> Sequence[str]:
        """The `contexts`, `clusters` or `users` of the kubeconfig."""
        return self._patience(
            lambda: completion_source.entries(section, **common_flags.cluster(self._said))
        )

    def namespaces(self) -> Sequence[str]:
        """The namespaces of the cluster."""
        return self._patience(lambda: completion_source.namespaces(self._connection))

    def kinds(self) -> Mapping[str, str]:
        """What may be typed for each kind, with what it means."""
        return self._patience(lambda: completion_source.kinds(self._connection))

    def objects(self, types: str) -> Sequence[str]:
        """Objects of a kind, or of several with commas between them."""
        return self._patience(lambda: completion_source.objects(self._connection, types))

    def demos(self) -> Mapping[str, str]:
        """The recordings that ship, with their titles."""
        from kubectl_dog import api

        return api.demos()

    def codes(self) -> Mapping[str, str]:
        """The codes of causes, with what they mean."""
        from kubectl_dog.causes import catalogue

        return {code: row.meaning for code, row in catalogue.CODES.items()}
