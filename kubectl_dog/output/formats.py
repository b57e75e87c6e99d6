"""Output formats of commands that track: add a module with a renderer, and a line here.

`status` and `trackers` print a table or one JSON document: status_table.py and trackers_table.py.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING
from typing import cast

from kubectl_dog.model.named_tuple import NamedTuple

if TYPE_CHECKING:
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
    'quiet': Format('-q', 'kubectl_dog.output.quiet:QuietRenderer'),
    'brief': Format(
        '--brief',
        'kubectl_dog.output.brief:BriefRenderer',
    ),
}


def create_renderer(name: str, options: RenderOptions) -> Renderer:
    """Create the renderer of the format with this name, which must be in FORMATS."""
    module, _, attribute = FORMATS[name].factory.partition(':')
    return cast('Renderer', getattr(import_module(module), attribute)(options))


def describe_formats() -> str:
    """Return the formats as text for the help of `-o`: `plain (plain text, the default), …`."""
    return ', '.join(
        f'{name} ({entry.help}{", the default" if name == DEFAULT else ""})'
        for name, entry in FORMATS.items()
    )
