"""Does what docs/write-a-tracker.md says, in a folder that has nothing but the template."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / 'docs' / 'write-a-tracker.md').read_text(encoding='utf-8')
FILES = dict(re.findall(r'^```\w+ (\S+)\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL))
# The first block of commands: from the template to a package of one's own.
COMMANDS = re.findall(r'(?:^    .*\n)+', PAGE, re.MULTILINE)


def follow(folder):
    """The package that comes of the page."""
    shutil.copytree(
        ROOT / 'plugins' / 'template',
        folder / 'plugins' / 'template',
        ignore=shutil.ignore_patterns('__pycache__', '*.egg-info', 'build'),
    )
    subprocess.run(['sh', '-ec', COMMANDS[0]], cwd=folder, check=True)
    made = folder / 'kubectl-dog-greenhouse'
    for name, text in FILES.items():
        made.joinpath(name).write_text(text, encoding='utf-8')
    return made
