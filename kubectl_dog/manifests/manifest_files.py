"""Read manifests from files, directories, URLs and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog import file_limits
from kubectl_dog.manifests.manifest_objects import Placed
from kubectl_dog.manifests.manifest_objects import parse
from kubectl_dog.model.errors import UserError

STDIN = '-'

# The files that kubectl reads in a directory.
_EXTENSIONS = ('.yaml', '.yml', '.json')

_URL_PREFIXES = ('http://', 'https://')


def read(names: Iterable[str], recursive: bool = False) -> Iterator[Placed]:
    """Yield the objects of files, directories, URLs and `-` (standard input).

    They are in the order of the names; the files of a directory are sorted. `recursive` includes
    subdirectories. Raises UserError.
    """
    listed = list(names)
    if listed.count(STDIN) > 1:
        raise UserError('standard input (-f -) can be read only once')
    for name in listed:
        for path in files_of(name, recursive):
            yield from parse(content(path), _label(path))


def _label(path: str) -> str:
    if not path.startswith(_URL_PREFIXES):
        return 'standard input' if path == STDIN else path
    from kubectl_dog.model.secret_texts import mask_url

    return mask_url(path)


def files_of(name: str, recursive: bool) -> list[str]:
    """Return the files of a name: those of a directory, else the name. Raises UserError."""
    if name == STDIN or name.startswith(_URL_PREFIXES) or not os.path.isdir(name):
        return [name]
    paths = sorted(_manifests_in(name, recursive))
    if not paths:
        deeper = '' if recursive else ': use -R for its subdirectories'
        raise UserError(f'{name} has no file that ends in {", ".join(_EXTENSIONS)}{deeper}')
    return paths


def _manifests_in(directory: str, recursive: bool) -> Iterator[str]:
    def give_up(error: OSError) -> None:
        raise UserError(f'cannot read {error.filename}: {error.strerror}') from error

    for folder, folders, files in os.walk(directory, onerror=give_up):
        if not recursive:
            folders.clear()
        yield from (os.path.join(folder, file) for file in files if file.endswith(_EXTENSIONS))


def content(path: str, limit: int = file_limits.MANIFEST) -> bytes:
    """Return the bytes of a file, a URL, or standard input (`-`); UserError contains the name.

    It is an error if there are more than `limit`.
    """
    if path.startswith(_URL_PREFIXES):
        from kubectl_dog.manifests.url_fetch import fetch

        return fetch(path)
    try:
        if path == STDIN:
            # sys.stdin is None if the program was started without standard input.
            return file_limits.read_stream(sys.stdin.buffer, limit) if sys.stdin else b''
        return file_limits.read_file(path, limit)
    except OSError as error:
        name = 'standard input' if path == STDIN else path
        raise UserError(f'cannot read {name}: {error.strerror}') from error
    except ValueError as error:
        # open() raises ValueError for a NUL in the name.
        raise UserError(f'cannot read {path}: {error}') from error
