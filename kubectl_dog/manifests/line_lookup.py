"""Find the lines of files that causes are about, after a run.

The files are read again, and only those that are on disk. Anything that cannot be read, or has
changed, has no line.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.manifests import line_nodes
from kubectl_dog.manifests import manifest_files
from kubectl_dog.manifests.cause_fields import find_field
from kubectl_dog.manifests.line_nodes import Node
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Target
from kubectl_dog.yaml_documents import DocumentError
from kubectl_dog.yaml_documents import decode

MAX_FILES = 2000
MAX_FILE_SIZE = 4 * 1024 * 1024
# Size of all files together, in bytes: parsing them takes a few seconds.
MAX_SIZE = 8 * 1024 * 1024
_KUSTOMIZATIONS = ('kustomization.yaml', 'kustomization.yml', 'Kustomization')
# Fields of a kustomization with files and directories.
_SOURCES = ('resources', 'bases', 'components', 'crds')


class FileLine(NamedTuple):
    """A line of a file, from 1; the path is as the user wrote it, or below that."""

    path: str
    line: int


class _Source(NamedTuple):
    """A document of a file. Kustomize may have changed its name."""

    path: str
    document: Node
    is_built: bool = False


Wanted = tuple[Target, 'Cause | None']


def find_lines(
    wanted: Sequence[Wanted], names: Iterable[str], recursive: bool = False, directory: str = ''
) -> dict[Wanted, FileLine]:
    """Return the lines that causes are about; without a cause, those of the targets.

    `names`, `recursive` and `directory` are those of `target_resolution.read_manifests`.
    """
    budget = _Budget()
    sources = [*_documents(names, recursive, budget, {target.name for target, _ in wanted})]
    images: list[_Source] = []
    if directory:
        kinds = {target.resource.kind for target, _ in wanted}
        sources += _built_documents(directory, budget, kinds, images)
    lines = {}
    for target, cause in wanted:
        source = _source_of(target, sources)
        if source:
            lines[target, cause] = _line(source, cause, images)
    return lines


def _line(source: _Source, cause: Cause | None, images: Sequence[_Source]) -> FileLine:
    node = find_field(source.document, cause, _is_prefix if source.is_built else str.__eq__)
    if source.is_built and cause and isinstance(node.value, str):
        for path, entry, _ in images:
            # If the kustomization replaces the image, the line to correct is there.
            if _repository(node.value) == entry.text('name'):
                fields = map(entry.get, ('newTag', 'digest', 'newName'))
                return FileLine(path, next(filter(None, fields), entry).line)
    return FileLine(source.path, node.line)


def _is_prefix(name: str, written: str) -> bool:
    """Return whether kustomize may have made a name by adding a hash to that in the file."""
    return name == written or name.startswith(f'{written}-')


def _repository(image: str) -> str:
    name, _, tag = image.partition('@')[0].rpartition(':')
    return name if name and '/' not in tag else image.partition('@')[0]


class _Budget:
    """Reads the documents of files, up to a limit for all of them."""

    def __init__(self) -> None:
        self._files = MAX_FILES
        self._size = MAX_SIZE

    def read(self, path: str, words: Iterable[str] = ('',)) -> list[Node]:
        """Return the documents of a file; none if it cannot be read, or the limit is reached.

        Files without any of the words are not parsed.
        """
        try:
            size = os.path.getsize(path)
            if not os.path.isfile(path) or size > min(MAX_FILE_SIZE, self._size):
                return []
            if not self._files:
                return []
            self._files -= 1
            self._size -= size
            with open(path, 'rb') as stream:
                text = decode(stream.read(MAX_FILE_SIZE))
            return line_nodes.parse(text) if any(word in text for word in words) else []
        except (OSError, ValueError, DocumentError):
            return []


def _documents(
    names: Iterable[str], recursive: bool, budget: _Budget, words: Collection[str]
) -> Iterator[_Source]:
    """Yield the documents of files that have one of the words."""
    for name in names:
        try:
            paths = manifest_files.files_of(name, recursive)
        except UserError:
            continue
        for path in paths:
            yield from (_Source(path, node) for node in _objects(budget.read(path, words)))


def _objects(documents: Iterable[Node]) -> Iterator[Node]:
    """Yield the documents, and the items of Lists; aliases are not followed twice."""
    pending = list(documents)[::-1]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        items = node.items('items') if node.text('kind').endswith('List') else []
        if items:
            pending += reversed(items if id(items) not in seen else [])
            seen.add(id(items))
        else:
            yield node


def _built_documents(
    directory: str, budget: _Budget, words: Collection[str], images: list[_Source]
) -> Iterator[_Source]:
    """Yield the documents of files with one of the words that a kustomization names.

    Adds the images that it replaces.
    """
    pending, seen = [directory], set()
    while pending:
        path = pending.pop(0)
        real = os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        if not os.path.isdir(path):
            yield from (_Source(path, node, True) for node in _objects(budget.read(path, words)))
            continue
        for name in _KUSTOMIZATIONS:
            file = os.path.join(path, name)
            for node in budget.read(file):
                images += [_Source(file, entry) for entry in node.items('images')]
                texts = [entry.value for field in _SOURCES for entry in node.items(field)]
                pending += [
                    os.path.normpath(os.path.join(path, text))
                    for text in texts
                    if isinstance(text, str)
                ]


def _source_of(target: Target, sources: Sequence[_Source]) -> _Source | None:
    """Return the document of a target: the first one, as for targets."""
    candidates = [source for source in sources if _is_kind(target, source.document)]
    for source in candidates:
        namespace = source.document.text('metadata', 'namespace')
        is_here = source.is_built or not namespace or namespace == target.namespace
        if is_here and source.document.text('metadata', 'name') == target.name:
            return source
    built = [
        source for source in candidates if source.is_built and _may_become(source, target.name)
    ]
    return built[0] if len(built) == 1 else None


def _is_kind(target: Target, document: Node) -> bool:
    group = document.text('apiVersion').rpartition('/')[0]
    return document.text('kind') == target.resource.kind and group == target.resource.group


def _may_become(source: _Source, name: str) -> bool:
    """Return whether kustomize may have made a name by adding a prefix or a suffix."""
    written = source.document.text('metadata', 'name')
    return bool(written) and written in name
