"""Write tests/requirements/ with the newest versions of today, for tests, lint and docs.

    python -m tests.pin

The input is setup.cfg (install_requires and each extra) and the build requirements of
pyproject.toml. Each file is for all Pythons of setup.cfg and all systems; pip checks the hashes. It
needs only pip: uv, which resolves, is installed in an environment of its own.
"""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.pythons import ROOT
from tests.pythons import environment
from tests.pythons import promised

FOLDER = ROOT / 'tests' / 'requirements'
EXTRAS = ('docs', 'lint', 'test')
_HEADER = '# Made by `python -m tests.pin` from setup.cfg and pyproject.toml: do not edit.\n'
# The addresses of indexes depend on the machine.
_OPTIONS = (
    '--universal', '--generate-hashes', '--no-header', '--no-annotate',
    '--no-emit-index-url', '--no-emit-find-links', '--quiet',
)  # fmt: skip


def requirements(extra):
    """The requirements of an extra, as lines for pip."""
    config = configparser.ConfigParser()
    config.read(ROOT / 'setup.cfg', encoding='utf-8')
    project = (ROOT / 'pyproject.toml').read_text(encoding='utf-8')
    # Python 3.9 has no parser of TOML.
    (build,) = re.findall(r'^requires = \[(.*)\]$', project, re.M)
    wanted = (config['options']['install_requires'], config['options.extras_require'][extra])
    return [*re.findall('"(.*?)"', build), *'\n'.join(wanted).split('\n')]


def pin(extra, uv):
    """The text of the file of an extra."""
    command = [uv, 'pip', 'compile', '-', '--python-version', promised()[0], *_OPTIONS]
    text = '\n'.join(filter(None, requirements(extra)))
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True)
    return _HEADER + done.stdout


def main():
    """Write the files of all extras."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        programs = environment(sys.executable, Path(folder) / 'uv', 'uv')
        for extra in EXTRAS:
            path = FOLDER / f'{extra}.txt'
            path.write_text(pin(extra, programs / 'uv'), encoding='utf-8')
            print(path.relative_to(ROOT))


if __name__ == '__main__':
    main()
