"""What is compiled when the file is built is what `re` would compile at each start."""

from __future__ import annotations

import subprocess

from tests import artefacts as made

CHECK = """
import _sre, marshal, re, sys
sys.path.insert(0, sys.argv[1])
import patterns
magic, found = marshal.loads(marshal.dumps(patterns.recorded(sys.argv[2:])))
re.purge()
assert magic == _sre.MAGIC
for pattern, flags, *compiled in found:
    assert re.compile(pattern, flags) == _sre.compile(pattern, *compiled), pattern
print(len(found))
"""


def test_patterns_are_those_that_re_compiles(interpreters, tmp_path):
    packages = made.import_module('wheels')
    for lock, version in (('requirements-3.9.txt', '3.9'), ('requirements.txt', '3.13')):
        found = packages.locked(lock, tmp_path / lock, version)
        for one in (member for package in found for member in package.members):
            path = tmp_path / version / one.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.data)
    for python, folders in (
        (interpreters[0], [tmp_path / '3.9', tmp_path / '3.13', made.ROOT]),
        (interpreters[-1], [tmp_path / '3.13', made.ROOT]),
    ):
        command = [python.path, '-S', '-B', '-c', CHECK, made.ROOT / 'zipapp', *folders]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert int(done.stdout or 0) > 30, done.stderr
