"""Draw the picture of docs/reports.md: `python -m tests.timeline`."""

from __future__ import annotations

import re
from importlib import resources

from kubectl_dog import recorded_runs
from kubectl_dog.output.report.lanes import lanes
from kubectl_dog.output.report.picture import picture
from kubectl_dog.output.run_record import RunRecord
from tests.page import ROOT

FILE = ROOT / 'docs' / 'timeline.svg'
DEMO = 'crash-loop'


def draw():
    """The picture of a recording, with the colours of the page."""
    play = recorded_runs.demo(DEMO, None)
    run = RunRecord(play.source.started)
    run.add(play.session)
    page = resources.files('kubectl_dog.output.report').joinpath('page.css').read_text('utf-8')
    colours, _, rest = page.partition('\n* {')
    rules = re.findall(r'^\.picture[^{]*{[^}]*}\n', rest, re.M)
    style = f'{colours}\n{"".join(rules)}:root {{\n  background: var(--page);\n}}\n'
    return picture(lanes(run), run.seconds, f'\n{style}')


if __name__ == '__main__':
    FILE.write_text(draw(), encoding='utf-8')
