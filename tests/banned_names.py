"""Report identifiers that say nothing about the value that they name.

    python -m tests.banned_names [PATH ...]

Without paths, all Python files of the repository are read. Prints one line per identifier, and
exits with 1 if there is any.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BANNED = frozenset(
    (
        *(
            'desk',
            'each',
            'found',
            'happening',
            'heed',
            'hopes',
            'lacking',
            'letter',
            'made',
            'one',
        ),
        *('ones', 'said', 'teller', 'thing', 'things', 'told', 'who'),
    )
)


def names(tree):
    """(line, identifier) of everything that a module gives a name to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.alias) and node.asname:
            yield node.lineno, node.asname


def banned(source):
    """(line, identifier) of the banned identifiers in a source text."""
    for line, name in names(ast.parse(source)):
        if name.strip('_').lower() in BANNED:
            yield line, name


def files(paths):
    """The Python files at these paths, or all files that git tracks."""
    if not paths:
        listed = ['git', 'ls-files', '*.py']
        tracked = subprocess.check_output(listed, cwd=ROOT, text=True).split()
        return [ROOT / name for name in tracked]
    return [
        file
        for path in map(Path, paths)
        for file in ([path] if path.is_file() else path.rglob('*.py'))
    ]


def main(paths):
    count = 0
    for file in files(paths):
        for line, name in banned(file.read_text(encoding='utf-8')):
            print(f'{file}:{line}: {name}')
            count += 1
    return min(count, 1)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
