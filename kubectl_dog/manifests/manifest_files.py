"""Which files are read, and reading them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.manifests.manifest_objects import Placed
from kubectl_dog.manifests.manifest_objects import parse
from kubectl_dog.model.errors import UserError

STDIN = '-'

# Those that kubectl takes of a directory.
_ENDINGS = ('.yaml', '.yml', '.json')


# What is fetched, and not opened.
_REMOTE = ('http://', 'https://')


def read(names: Iterable[str], recursive: bool = False) -> Iterator[Placed]:
    """The objects of files, of directories (`recursive`: with those in them), URLs, and of `-`.

    In the order of the names, and within a directory in that of the alphabet. Raises UserError.
    """
    listed = list(names)
    if listed.count(STDIN) > 1:
        raise UserError('standard input (-f -) can be read only once')
    for name in listed:
        for path in _files(name, recursive):
            yield from parse(content(path), 'standard input' if path == STDIN else path)


def _files(name: str, recursive: bool) -> list[str]:
    if name == STDIN or name.startswith(_REMOTE) or not os.path.isdir(name):
        return [name]
    found = sorted(_within(name, recursive))
    if not found:
        deeper = '' if recursive else ' (-R looks into the directories in it)'
        raise UserError(f'{name} has no file that ends in {", ".join(_ENDINGS)}{deeper}')
    return found


def _within(directory: str, recursive: bool) -> Iterator[str]:
    def give_up(error: OSError) -> None:
        raise UserError(f'cannot read {error.filename}: {error.strerror}') from error

    for folder, folders, files in os.walk(directory, onerror=give_up):
        if not recursive:
            folders.clear()
        yield from (os.path.join(folder, one) for one in files if one.endswith(_ENDINGS))


def content(path: str) -> bytes:
    """The bytes of a file, of a URL, or of `-`; raises UserError that names it."""
    if path.startswith(_REMOTE):
        from kubectl_dog.manifests.url_fetch import fetch

        return fetch(path)
    try:
        if path == STDIN:
            # A program that was started without standard input has none.
            return sys.stdin.buffer.read() if sys.stdin else b''
        with open(path, 'rb') as stream:
            return stream.read()
    except OSError as error:
        raise UserError(f'cannot read {path}: {error.strerror}') from error
    except ValueError as error:
        # A NUL in the name.
        raise UserError(f'cannot read {path}: {error}') from error
