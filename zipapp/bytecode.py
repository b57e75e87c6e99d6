"""Compile a folder for the running Python: `python bytecode.py PLAN OUT`.

The result is for runtime/__main__.py: the size and the code of the importer, the size of the table,
the table, and the code of the modules. Modules are compressed separately, as a start needs half of
them.
"""

from __future__ import annotations

import json
import marshal
import os
import sys
import zlib
from importlib.util import MAGIC_NUMBER


def main(plan, out):
    """Compile the modules of `plan` to the folder `out`.

    `plan` is a JSON file: the folder, the source of the importer, and the distributions for its
    table.
    """
    with open(plan, encoding='utf-8') as lines:
        settings = json.load(lines)
    modules, codes, place = {}, [], 0
    for path, name in sources(settings['folder']):
        code = zlib.compress(compiled(os.path.join(settings['folder'], path), path), 9)
        modules[name] = (path, place, place + len(code))
        codes.append(code)
        place += len(code)
    for name in list(modules):
        for parent in _parents(name):
            # A namespace package.
            modules.setdefault(parent, None)
    distributions = [tuple(row) for row in settings['distributions']]
    table = marshal.dumps((modules, distributions))
    magic = int.from_bytes(MAGIC_NUMBER[:2], 'little')
    with open(os.path.join(out, str(magic)), 'wb') as file:
        for part in (compiled(settings['importer'], 'bundle.py'), table):
            file.write(len(part).to_bytes(4, 'little') + part)
        file.writelines(codes)


def sources(folder):
    """(path below the folder, module name) of all modules."""
    for package in sorted(name for name in os.listdir(folder) if _is_code(folder, name)):
        for path in sorted(_files(os.path.join(folder, package))):
            place = os.path.relpath(path, folder).replace(os.sep, '/')
            module = place[: -len('.py')].replace('/', '.')
            yield place, module[: -len('.__init__')] if _is_package(path) else module


def _is_code(folder, name):
    path = os.path.join(folder, name)
    return name.endswith('.py') or (name.isidentifier() and any(_files(path)))


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
        return marshal.dumps(compile(source.read(), name, 'exec', dont_inherit=True))


if __name__ == '__main__':
    main(*sys.argv[1:])
