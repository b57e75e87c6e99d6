"""The patterns compiled by the build are equal to those that `re` compiles."""

from __future__ import annotations

import subprocess

from tests import artefacts as builder

CHECK = """
import _sre, marshal, re, sys
sys.path.insert(0, sys.argv[1])
import patterns
magic, recorded = marshal.loads(marshal.dumps(patterns.recorded(sys.argv[2:])))
re.purge()
assert magic == _sre.MAGIC
for pattern, flags, *compiled in recorded:
    assert re.compile(pattern, flags) == _sre.compile(pattern, *compiled), pattern
print(len(recorded))
"""


def test_patterns_are_those_that_re_compiles(interpreters, tmp_path):
    wheels = builder.import_module('wheels')
    for lock, version in (('requirements-3.9.txt', '3.9'), ('requirements.txt', '3.13')):
        packages = wheels.download_locked(lock, tmp_path / lock, version)
        for member in (member for package in packages for member in package.members):
            path = tmp_path / version / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(member.data)
    for python, folders in (
        (interpreters[0], [tmp_path / '3.9', tmp_path / '3.13', builder.ROOT]),
        (interpreters[-1], [tmp_path / '3.13', builder.ROOT]),
    ):
        command = [python.path, '-S', '-B', '-c', CHECK, builder.ROOT / 'zipapp', *folders]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert int(done.stdout or 0) > 30, done.stderr
