"""Install packages of trackers, as pip does, into folders on the module path."""

from __future__ import annotations

import itertools
import sys
import textwrap

_numbers = itertools.count(1)


class Packages:
    """`install(...)` adds a package; all are removed after the test."""

    def __init__(self, folder, monkeypatch):
        self._folder = folder
        self._monkeypatch = monkeypatch
        self._modules = []

    def install(self, package, version='1.0', code=None, entries=None, **names):
        """Install a package with one module; return the name of the module.

        `names` are its entry points, in which `_` stands for `.`.
        """
        module = f'packaged_{next(_numbers)}'
        home = self._folder / module
        info = home / f'{package.replace("-", "_")}-{version}.dist-info'
        info.mkdir(parents=True)
        if code is not None:
            (home / f'{module}.py').write_text(textwrap.dedent(code))
        (info / 'METADATA').write_text(
            f'Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n'
        )
        lines = [f'{key.replace("_", ".")} = {module}{rest}' for key, rest in names.items()]
        text = '[kubectl_dog.trackers.v1]\n' + '\n'.join(lines) + '\n'
        (info / 'entry_points.txt').write_text(text if entries is None else entries)
        self._monkeypatch.syspath_prepend(str(home))
        self._modules.append(module)
        return module

    def forget(self):
        """Remove the imported modules: other tests look at all that are imported."""
        for module in self._modules:
            sys.modules.pop(module, None)
