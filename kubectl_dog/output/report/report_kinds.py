"""Kinds of reports: add a module with a function, and a line here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import cast

if TYPE_CHECKING:
    from kubectl_dog.output.run_record import RunRecord


class ReportKind(NamedTuple):
    """A kind of report.

    `help` is a noun phrase for `--help`. `factory` is `module:name` of a function that takes a
    RunRecord and returns the text of the file; the module is imported when the run has ended.
    `file_name` is the name of the file in the directory of `--report dir=DIR`.
    """

    help: str
    factory: str
    file_name: str


_PACKAGE = 'kubectl_dog.output.report'
KINDS = {
    'html': ReportKind('page for browsers', f'{_PACKAGE}.html_page:create_report', 'report.html'),
    'json': ReportKind('JSON document', f'{_PACKAGE}.summary:create_report', 'summary.json'),
    'trace': ReportKind('Chrome trace', f'{_PACKAGE}.trace:create_report', 'trace.json'),
    'junit': ReportKind('JUnit XML', f'{_PACKAGE}.junit:create_report', 'junit.xml'),
    'markdown': ReportKind('Markdown', f'{_PACKAGE}.markdown:create_report', 'report.md'),
}


def create_report(kind: str, record: RunRecord) -> str:
    """Return the text of the report of this kind, which must be in KINDS."""
    module, _, attribute = KINDS[kind].factory.partition(':')
    return cast('str', getattr(import_module(module), attribute)(record))
