"""Look up the names of kubeconfig and cluster for completion."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property

from kubectl_dog import completion_source
from kubectl_dog.cli import common_flags
from kubectl_dog.cli.completion.deadline import Deadline
from kubectl_dog.cli.flags import Arguments


class NameLookups:
    """A `candidates.NameSource` that connects at its first use, and has a deadline."""

    def __init__(self, args: Arguments, deadline: Deadline) -> None:
        self._args = args
        self._deadline = deadline

    @cached_property
    def _connection(self) -> completion_source.Connection:
        flags = common_flags.cluster(self._args)
        if 'connection' not in flags:
            return completion_source.connect(**flags)
        from kubectl_dog import api

        return api.connect(**flags)

    def entries(self, section: str) -> Sequence[str]:
        """Return the `contexts`, `clusters` or `users` of the kubeconfig."""
        return self._deadline(
            lambda: completion_source.entries(section, **common_flags.cluster(self._args))
        )

    def namespaces(self) -> Sequence[str]:
        """Return the namespaces of the cluster."""
        return self._deadline(lambda: completion_source.namespaces(self._connection))

    def kinds(self) -> Mapping[str, str]:
        """Return the spellings of kinds, with their meaning."""
        return self._deadline(lambda: completion_source.kinds(self._connection))

    def objects(self, types: str) -> Sequence[str]:
        """Return the objects of a kind, or of several kinds separated by commas."""
        return self._deadline(lambda: completion_source.objects(self._connection, types))

    def demos(self) -> Mapping[str, str]:
        """Return the recordings that are included in the program, with their titles."""
        from kubectl_dog import recorded_runs

        return recorded_runs.demos()

    def codes(self) -> Mapping[str, str]:
        """Return the codes of causes, with their meaning."""
        from kubectl_dog.causes.code_docs import CODE_DOCS

        return {code: row.meaning for code, row in CODE_DOCS.items()}
