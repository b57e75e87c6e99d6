"""Record the run that docs/run.md shows: python -m tests.cluster.record_run

It is `kubectl dog run -- helm upgrade --atomic` on the test cluster (`python -m tests.cluster up`).
Then `KUBECTL_DOG_WRITE=1 pytest tests/unit/run_page_test.py` writes the page.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from . import helm
from .harness import settings
from .harness.cluster import Cluster
from .harness.paths import default_state
from .record_demos import packed
from .record_demos import scrub
from .stage import opened

FOLDER = Path(__file__).parents[1] / 'unit' / 'run_recordings'
RECORDING, MESSAGE = FOLDER / 'helm-rollback.jsonl', FOLDER / 'helm-rollback.txt'
NAMESPACE = 'shop'
TITLE = 'helm upgrade --atomic, which is rolled back'
UPGRADE = 'helm upgrade shop ./shop --atomic --timeout 15s --set version=1.5,schema=41'


def main():
    """Record the run, and what helm prints."""
    cluster = Cluster(settings.load(default_state())).kubectl
    node = json.loads(cluster('get', 'nodes', '-o', 'json').stdout)['items'][0]['metadata']['name']
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(cluster, NAMESPACE, Path(folder)) as stage,
    ):
        chart, path = helm.write_chart(stage.folder), stage.folder / 'recording.jsonl'
        environment = {**stage.dog.env, **helm.environment(stage.dog)}
        install = ['helm', 'install', 'shop', str(chart), '--wait', '--timeout', '60s']
        subprocess.run(install, env=environment, check=True, capture_output=True, timeout=90)
        words = UPGRADE.replace('./shop', str(chart)).split()
        flags = ['--record', str(path)]
        result = stage.dog('run', *flags, '--', *words, env=environment, timeout=100)
        recording = packed(scrub(path.read_text(), node), TITLE)
    if result.code != 1 or 'was rolled back' not in result.stderr:
        raise SystemExit(result.output)
    FOLDER.mkdir(exist_ok=True)
    RECORDING.write_text(recording)
    (message,) = [line for line in result.stderr.splitlines() if line.startswith('Error: ')]
    MESSAGE.write_text(f'{message}\n')
    print(f'{len(recording)} bytes, {result.seconds:.0f} s\n{result.output}')


if __name__ == '__main__':
    main()
