"""Compile a folder for the running Python: `python bytecode.py PLAN OUT`.

The result is for runtime/__main__.py: the size and the code of the importer, the size of the table,
the table, and the code of the modules. Modules are compressed separately, as a start needs half of
them.
"""

from __future__ import annotations

import ast
import json
import marshal
import os
import sys
import zlib
from importlib.util import MAGIC_NUMBER

import patterns
from lean import with_late_imports
from lean import without_annotations
from lean import without_docstrings

_OURS = 'kubectl_dog/'
# urllib3 imports it for the version of a package that is not bundled.
_LATE = ('importlib.metadata',)


def main(plan, out):
    """Compile the modules of `plan` to the folder `out`.

    `plan` is a JSON file: the folder, its layers (earlier layers hide later ones), the source of
    the importer, and the distributions for its table.
    """
    with open(plan, encoding='utf-8') as lines:
        settings = json.load(lines)
    modules, codes, place = {}, [], 0
    for path, name in sources(settings['folder'], settings['layers']):
        code = zlib.compress(compiled(os.path.join(settings['folder'], path), path), 9)
        modules[name] = (path, place, place + len(code))
        codes.append(code)
        place += len(code)
    for name in list(modules):
        for parent in _parents(name):
            # A namespace package.
            modules.setdefault(parent, None)
    distributions = [tuple(row) for row in settings['distributions']]
    folders = [os.path.join(settings['folder'], layer) for layer in settings['layers']]
    table = marshal.dumps((modules, distributions, patterns.recorded(folders)))
    magic = int.from_bytes(MAGIC_NUMBER[:2], 'little')
    with open(os.path.join(out, str(magic)), 'wb') as file:
        for part in (compiled(settings['importer'], 'bundle.py'), table):
            file.write(len(part).to_bytes(4, 'little') + part)
        file.writelines(codes)


def sources(folder, layers):
    """(path below the folder, module name) of all modules, in the order of the layers."""
    hidden = set()
    for layer in layers:
        top = os.path.join(folder, layer) if layer else folder
        packages = {name for name in os.listdir(top) if _is_code(top, name)} - {*layers, *hidden}
        for package in sorted(packages):
            for path in sorted(_files(os.path.join(top, package))):
                module = os.path.relpath(path, top)[: -len('.py')].replace(os.sep, '.')
                place = os.path.relpath(path, folder).replace(os.sep, '/')
                yield place, module[: -len('.__init__')] if _is_package(path) else module
        hidden |= packages


def _is_code(top, name):
    return name.endswith('.py') or (name.isidentifier() and any(_files(os.path.join(top, name))))


def _parents(name):
    while '.' in name:
        name = name.rpartition('.')[0]
        yield name


def _is_package(path):
    return os.path.basename(path) == '__init__.py'


def _files(path):
    if path.endswith('.py'):
        return [path]
    walk = os.walk(path)
    return [os.path.join(at, name) for at, _, names in walk for name in names if name[-3:] == '.py']


def compiled(file, name):
    """The code of a module, marshalled."""
    with open(file, 'rb') as source:
        tree = with_late_imports(without_docstrings(ast.parse(source.read(), name)), _LATE)
    if name.startswith(_OURS):
        tree = without_annotations(tree)
    return marshal.dumps(compile(tree, name, 'exec', dont_inherit=True))


if __name__ == '__main__':
    main(*sys.argv[1:])
