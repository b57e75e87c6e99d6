"""The output formats of commands that track: write a module with a renderer and add a line here.

`status` and `trackers` print a table or one JSON document: status_table.py and trackers_table.py.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple
from typing import cast

from kubectl_dog.output.renderer import Renderer
from kubectl_dog.output.renderer import RenderOptions


class Format(NamedTuple):
    """An output format.

    `help` is a noun phrase for `--help`. `factory` is `module:name` of a callable that takes
    RenderOptions and returns a Renderer; the module is imported when the format is used.
    """

    help: str
    factory: str


DEFAULT = 'plain'
FORMATS = {
    'plain': Format('plain text', 'kubectl_dog.output.plain:PlainRenderer'),
    'json': Format('JSON Lines', 'kubectl_dog.output.jsonl:JsonRenderer'),
}


def create_renderer(name: str, options: RenderOptions) -> Renderer:
    """Create the renderer of the format with this name, which must be in FORMATS."""
    module, _, attribute = FORMATS[name].factory.partition(':')
    return cast('Renderer', getattr(import_module(module), attribute)(options))


def describe_formats() -> str:
    """The help text of `-o`: `plain text, or JSON Lines (default: plain)`."""
    texts = ', or '.join(entry.help for entry in FORMATS.values())
    return f'{texts} (default: {DEFAULT})'
