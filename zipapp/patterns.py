"""Regular expressions as `re` compiles them, which takes a sixth of a start: runtime/bundle.py puts
them where `re` keeps those that it has compiled.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module

# Names of what `re` itself is made of.
_COMPILER = 're._compiler' if sys.version_info >= (3, 11) else 'sre_compile'
# What these compile depends on more than the pattern, or is not kept.
_LEFT_OUT = re.LOCALE | re.DEBUG
# Nearly every command that asks a cluster starts with them, and all that they import.
_STARTED = ('kubectl_dog.cli.main', 'kubectl_dog.api', 'urllib3', 'yaml')


def recorded(folders):
    """(number of the format, patterns) of all that is compiled by a start from these folders.

    A pattern has its text, its flags as asked for, and what _sre.compile takes after the text.
    """
    compiler = import_module(_COMPILER)
    real = compiler._sre
    recorder = _Recorder(real)
    compiler._sre = recorder
    compile_one, compiler.compile = compiler.compile, recorder.named(compiler.compile)
    re.purge()
    sys.path[:0] = folders
    try:
        for name in _modules():
            import_module(name)
    finally:
        compiler._sre, compiler.compile = real, compile_one
        del sys.path[: len(folders)]
    return real.MAGIC, [recorder.found[key] for key in sorted(recorder.found, key=repr)]


def _modules():
    yield from _STARTED
    for name in ('rollout', 'follow'):
        yield f'kubectl_dog.cli.commands.{name}'
    for name in ('connections.kubeconfig_connection', 'source.live', 'transport.pools'):
        yield f'kubectl_dog.cluster.{name}'


class _Recorder:
    """Stands in for the module _sre, and keeps what it was told."""

    def __init__(self, real):
        self._real = real
        self._last = None
        self.found = {}

    def __getattr__(self, name):
        return getattr(self._real, name)

    def compile(self, *told):
        self._last = told
        return self._real.compile(*told)

    def named(self, compile_one):
        def compiled(pattern, flags=0):
            made = compile_one(pattern, flags)
            if isinstance(pattern, (str, bytes)) and not made.flags & _LEFT_OUT:
                self.found[type(pattern).__name__, pattern, int(flags)] = _plain(
                    pattern, flags, self._last
                )
            return made

        return compiled


def _plain(pattern, flags, told):
    """Without the classes that the numbers of `re` have, which marshal does not know."""
    _, all_flags, code, groups, names, places = told
    return pattern, int(flags), int(all_flags), [*map(int, code)], groups, dict(names), places
