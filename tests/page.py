"""Follow docs/write-a-tracker.md in a folder that has only the template."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / 'docs' / 'write-a-tracker.md').read_text(encoding='utf-8')
FILES = dict(re.findall(r'^```\w+ (\S+)\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL))
# The first block of commands copies the template.
COMMANDS = re.findall(r'(?:^    .*\n)+', PAGE, re.MULTILINE)


def follow(folder):
    """Create the package of the page; returns its folder."""
    checkout = folder / 'kubectl-dog'
    shutil.copytree(
        ROOT / 'plugins' / 'template',
        checkout / 'plugins' / 'template',
        ignore=shutil.ignore_patterns('__pycache__', '*.egg-info', 'build'),
    )
    subprocess.run(['sh', '-ec', COMMANDS[0]], cwd=checkout, check=True)
    package = folder / 'kubectl-dog-greenhouse'
    for name, text in FILES.items():
        package.joinpath(name).write_text(text, encoding='utf-8')
    return package
