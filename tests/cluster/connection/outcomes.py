"""Run the rows of docs/connection.md, several at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from . import rows_exec
from . import rows_files
from . import rows_identity
from . import rows_network
from . import world as worlds
from .pki import Pki

_MODULES = (rows_files, rows_exec, rows_identity, rows_network)
ROWS = [row for module in _MODULES for row in worlds.ROWS if row.make.__module__ == module.__name__]
_AT_ONCE = 4


class Runner:
    """Runs all rows in a folder, with the same certificates."""

    def __init__(self, folder):
        self._folder = folder
        (folder / 'pki').mkdir()
        self._pki = Pki(folder / 'pki')

    def outcomes(self, name, program=None, words=()):
        """The outcome of each row with kubectl (a path) or kubectl dog, with these words added.

        With kubectl, it is None for rows about kubectl dog alone.
        """

        def run(number):
            if program and ROWS[number].ours_only:
                return None
            world = worlds.World(self._folder / f'{number}-{name}', self._pki)
            try:
                case = ROWS[number].make(world)
                return world.run(program, case._replace(args=(*case.args, *words)))
            finally:
                world.close()

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(run, range(len(ROWS))))
