"""Import modules and package metadata from the single file.

zipimport could do both, but reads the directory of the archive again for each question, and has
byte code for a single Python only. This importer halves the time of a start (figures: README.md).
"""

from __future__ import annotations

import marshal
import sys
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
        # kubectl_dog.tracking.plugins.installed imports importlib.metadata only for plugins.
        self.has_plugins = any(
            'kubectl_dog.' in (entry_points or '') and name != 'kubectl-dog'
            for name, _, _, entry_points in distributions
        )

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

    def find_distributions(self, context):
        """The bundled packages, for importlib.metadata."""
        wanted = None if context.name is None else normalized(context.name)
        for name, _, folder, _ in self._distributions:
            if wanted in (None, normalized(name)):
                yield bundled_distribution(self, folder)


def normalized(name):
    return name.replace('-', '_').replace('.', '_').lower()


def bundled_distribution(bundle, folder):
    """A distribution whose metadata is in a folder of the archive."""
    # The import takes a tenth of a start, which needs it only if there are plugins.
    from importlib.metadata import Distribution

    class Bundled(Distribution):
        def read_text(self, filename):
            try:
                return bundle.get_data(f'{folder}/{filename}').decode('utf-8')
            except OSError:
                return None

        def locate_file(self, path):
            return f'{bundle.archive}/{path}'

    return Bundled()


def install(archive, data):
    """Make everything in the archive importable; returns the program's function."""
    size = int.from_bytes(data[:4], 'little')
    modules, distributions = marshal.loads(data[4 : 4 + size])
    bundle = Bundle(archive, modules, distributions, data[4 + size :])
    sys.meta_path.insert(0, bundle)
    if sys.path[:1] == [archive]:
        del sys.path[0]
    __import__(_ENTRY)
    return sys.modules[_ENTRY].execute
