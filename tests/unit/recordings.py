"""Recordings for tests, made from those that the program includes."""

from __future__ import annotations

import json
from importlib import resources


def write_with_logs(path, demo, texts, interval=0.0):
    """Write the recording of a demo in which the first container with a log writes more lines.

    There is one line each `interval` seconds; returns the path as text.
    """
    file = resources.files('kubectl_dog.recording').joinpath(f'demo/{demo}.jsonl')
    lines = [json.loads(line) for line in file.read_text('utf-8').splitlines()]
    first = next(line for line in lines if 'lines' in line)
    stamp = first['lines'][0][0]
    for number, text in enumerate(texts):
        lines.append({**first, 'at': first['at'] + number * interval, 'lines': [[stamp, text]]})
    header, *items, end = sorted(lines, key=lambda line: (line.get('at', -1), 'end' in line))
    end['at'] = max(item['at'] for item in (*items, end))
    path.write_text('\n'.join(map(json.dumps, (header, *items, end))) + '\n', encoding='utf-8')
    return str(path)
