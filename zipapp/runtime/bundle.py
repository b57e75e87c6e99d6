"""Import modules and package metadata from the single file.

zipimport could do both, but reads the directory of the archive again for each question, and has
byte code for a single Python only. This importer halves the time of a start (figures: README.md).
"""

from __future__ import annotations

import _sre
import marshal
import re
import sys
from contextlib import suppress
from importlib.machinery import ModuleSpec
from zipimport import zipimporter
from zlib import decompress

_ENTRY = 'kubectl_dog.entry'


class Bundle:
    """Finder, loader and metadata provider for the archive.

    `modules` has (path of the source, start, end) by module name: the position of the compressed
    byte code. It is None for namespace packages. `distributions` has (name, version, metadata
    folder, entry points).
    """

    def __init__(self, archive, modules, distributions, code):
        # importlib.resources of Python 3.9 uses this attribute of zipimport.
        self.archive = archive
        self._modules = modules
        self._distributions = distributions
        self._code = code

    def find_spec(self, name, path=None, target=None):
        if name not in self._modules:
            return None
        if self._modules[name] is None:
            folder = ModuleSpec(name, None, is_package=True)
            folder.submodule_search_locations = [f'{self.archive}/{name.replace(".", "/")}']
            return folder
        file, package = self.get_filename(name), self.is_package(name)
        spec = ModuleSpec(name, self, origin=file, is_package=package)
        spec.has_location = True
        if package:
            spec.submodule_search_locations.append(file.rpartition('/')[0])
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.get_code(module.__spec__.name), module.__dict__)

    def get_code(self, name):
        _, start, end = self._modules[name]
        return marshal.loads(decompress(self._code[start:end]))

    def get_filename(self, name):
        return f'{self.archive}/{self._modules[name][0]}'

    def is_package(self, name):
        return self._modules[name][0].endswith('/__init__.py')

    def get_source(self, name):
        return self.get_data(self.get_filename(name)).decode('utf-8')

    def get_resource_reader(self, name):
        folder = self.get_filename(name).rpartition('/')[0]
        return zipimporter(folder.rpartition('/')[0]).get_resource_reader(name)

    def get_data(self, path):
        return zipimporter(self.archive).get_data(path)

    def registered(self):
        """Metadata for `tracking.plugins.package_metadata`, without importlib.metadata."""
        return [(name, version, points or '') for name, version, _, points in self._distributions]

    def find_distributions(self, context):
        """The bundled packages, in the class of the caller (standard library or backport)."""
        wanted = None if context.name is None else normalized(context.name)
        base = sys.modules[type(context).__module__].Distribution
        for row in self._distributions:
            if wanted in (None, normalized(row[0])):
                yield bundled(base)(self, *row)


def normalized(name):
    return name.replace('-', '_').replace('.', '_').lower()


def bundled(base):
    """A subclass of Distribution with metadata from the archive."""

    class Bundled(base):
        def __init__(self, bundle, name, version, folder, entry_points):
            self._bundle = bundle
            self._name = name
            self._version = version
            self._folder = folder
            self._entry_points = entry_points

        # The base class would parse the whole metadata for each property.
        name = property(lambda self: self._name)
        version = property(lambda self: self._version)
        _normalized_name = property(lambda self: normalized(self._name))

        def read_text(self, filename):
            if filename == 'entry_points.txt':
                return self._entry_points
            try:
                return self._bundle.get_data(f'{self._folder}/{filename}').decode('utf-8')
            except OSError:
                return None

        def locate_file(self, path):
            return f'{self._bundle.archive}/{path}'

    return Bundled


def remember(magic, patterns):
    """Put the compiled patterns into the cache of `re`."""
    if magic == _sre.MAGIC:
        for pattern, flags, *compiled in patterns:
            re._cache[type(pattern), pattern, flags] = _sre.compile(pattern, *compiled)


def install(archive, data):
    """Make everything in the archive importable; returns the program's main()."""
    size = int.from_bytes(data[:4], 'little')
    modules, distributions, patterns = marshal.loads(data[4 : 4 + size])
    bundle = Bundle(archive, modules, distributions, data[4 + size :])
    sys.meta_path.insert(0, bundle)
    if sys.path[:1] == [archive]:
        del sys.path[0]
    with suppress(Exception):
        # `re` compiles the patterns that are not in its cache.
        remember(*patterns)
    __import__(_ENTRY)
    return sys.modules[_ENTRY].main
