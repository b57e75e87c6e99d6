"""The prose linter reads prose only, and reports its lines."""

from __future__ import annotations

import pytest

from tests import prose

MODULE = '''"""Do a task."""

class Task:
    """A task."""

    def add(self, command):
        """Add it."""
        command.add('--name', 'Name of it', 'NAME NAME')
'''


@pytest.mark.parametrize(
    ('text', 'result'),
    (
        ('Use `a a` now', 'Use ##### now'),
        ('as [here](a/a.md) says', 'as [here######### says'),
        ('see https://a.example/a now', 'see ################### now'),
        ('  kubectl a\n  kubectl a\n', '###########\n###########\n'),
        ('Run\n\n    a a\n\nnow', 'Run\n\n#######\n\nnow'),
        ('```\na a\n```\nnow', '###\n###\n###\nnow'),
        ('# Targets\n\nTargets', '# Targets.\n\nTargets'),
    ),
)
def test_code_is_blanked_out_without_moving_lines(text, result):
    assert prose.without_code(text) == result


def test_docstrings_and_texts_of_the_command_line_are_read(tmp_path):
    docstrings = [(1, 'Do a task.'), (4, 'A task.'), (7, 'Add it.')]
    texts = {}
    pages, modules = ('page.md', 'connection.md', 'x.yaml'), ('model.py', 'cli/flag.py')
    for name in (*pages, 'x.py', *(f'kubectl_dog/{module}' for module in modules)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MODULE, encoding='utf-8')
        texts[name] = sorted(prose.texts(path))
    assert texts == {
        'page.md': [(1, MODULE)],
        'connection.md': [],
        'kubectl_dog/model.py': docstrings,
        'kubectl_dog/cli/flag.py': [docstrings[0], (8, 'Name of it')],
        'x.py': [],
        'x.yaml': [],
    }
