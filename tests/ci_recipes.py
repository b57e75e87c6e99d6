"""Check the recipes of docs/ci.md, action.yml and ci/gitlab.yml against the schemas of CI systems.

    python -m tests.ci_recipes

The schemas are those that check-jsonschema vendors from SchemaStore and GitLab.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / 'docs' / 'ci.md'
_BLOCK = re.compile(r'^```yaml (\S+)\n(.*?)^```$', re.M | re.S)
# What the authors of check-jsonschema use for these schemas.
_MORE = {
    'gitlab-ci': ('--data-transform', 'gitlab-ci'),
    'azure-pipelines': ('--data-transform', 'azure-pipelines', '--regex-variant', 'nonunicode'),
}


def recipes():
    """(schema, YAML) of each recipe of the page."""
    return _BLOCK.findall(PAGE.read_text(encoding='utf-8'))


def check(schema, path):
    """Return whether a file is valid; prints its errors."""
    words = ['-m', 'check_jsonschema', '--builtin-schema', f'vendor.{schema}', str(path)]
    words += _MORE.get(schema, ())
    command = [sys.executable, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr)
    return not done.returncode


def main():
    """Check all; returns the exit code."""
    good = check('github-actions', ROOT / 'action.yml')
    good &= check('gitlab-ci', ROOT / 'ci' / 'gitlab.yml')
    with tempfile.TemporaryDirectory() as folder:
        for number, (schema, text) in enumerate(recipes()):
            path = Path(folder, f'{number}-{schema}.yml')
            path.write_text(text, encoding='utf-8')
            good &= check(schema, path)
    return int(not good)


if __name__ == '__main__':
    sys.exit(main())
