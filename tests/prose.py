"""Check the spelling of all files, and the style of pages, docstrings, help texts and messages.

    python -m tests.prose [PATH ...]

Without paths, all files that git tracks are read. codespell, configured by `[codespell]` in
setup.cfg, checks the spelling, and proselint the style. Prints one line per problem, and exits with
1 if there is any.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The checks of proselint that are off.
OFF = (
    # Pages quote what the program prints, and it prints straight quotes.
    'typography.symbols.curly_quotes',
)
# Generated pages that quote messages of other programs.
QUOTING = ('connection.md', 'custom-resources.md')
# Code and addresses, which are no prose.
_CODE = re.compile(
    r"^```.*?^```$|^ {4}.*?$|^ *kubectl .*?$|'kubectl [^']*'|`[^`]+`|\]\([^)]+\)|https?://\S+",
    re.M | re.S,
)


def without_code(text):
    """The text with code and addresses blanked out; lines and columns stay."""
    # A heading ends its sentence: the paragraph may begin with the same words.
    ended = re.sub(r'^(#.*)$', r'\1.', text, flags=re.M)
    return _CODE.sub(lambda match: re.sub(r'[^\n]', '#', match[0]), ended)


def docstrings(tree):
    """(line, text) of each docstring of a module."""
    for node in ast.walk(tree):
        is_documented = isinstance(
            node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        )
        if is_documented and ast.get_docstring(node) is not None:
            yield node.body[0].lineno, node.body[0].value.value


def constants(tree):
    """(line, text) of each text of a module that has more than two words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and len(str(node.value).split()) > 2:
            yield node.lineno, str(node.value)


def texts(path):
    """(line, text) of the prose in a file: a page, or a module of the package."""
    text = path.read_text(encoding='utf-8') if path.suffix in ('.md', '.py') else ''
    if path.suffix == '.md' and path.name not in QUOTING:
        yield 1, text
    elif path.suffix == '.py' and 'kubectl_dog' in path.parts:
        # Help texts and error messages are constants of the command line.
        yield from (constants if 'cli' in path.parts else docstrings)(ast.parse(text))


def style_problems(text):
    """(line, description) of what proselint reports for a text."""
    # Only the lint environment has proselint.
    from proselint.checks import __register__
    from proselint.config import DEFAULT
    from proselint.registry import CheckRegistry
    from proselint.tools import LintFile

    if not CheckRegistry().checks:
        CheckRegistry().register_many(__register__)
    config = {**DEFAULT, 'checks': {**dict.fromkeys(OFF, False), **DEFAULT['checks']}}
    for result in LintFile('text', without_code(text)).lint(config):
        # proselint puts an empty line before the text.
        check = result.check_result
        yield result.pos[0], f'{check.check_path}: {check.message}'


def tracked():
    """All files that git tracks."""
    listed = subprocess.check_output(['git', 'ls-files', '-z'], cwd=ROOT, text=True)
    return [ROOT / name for name in listed.split('\0') if name]


def main(paths):
    files = [path.resolve() for path in map(Path, paths)] or tracked()
    names = [str(path.relative_to(ROOT)) for path in files]
    spelling = [sys.executable, '-m', 'codespell_lib', *names]
    failed = subprocess.run(spelling, cwd=ROOT, check=False).returncode != 0
    for path, name in zip(files, names):
        for first, text in texts(path):
            for line, problem in style_problems(text):
                print(f'{name}:{first + line - 1}: {problem}')
                failed = True
    return int(failed)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
