from __future__ import annotations

import pytest

from kubectl_dog.causes.log_excerpt import log_excerpt


@pytest.mark.parametrize(
    ('lines', 'excerpt'),
    (
        ([], ()),
        (['', '  '], ()),
        (['starting', 'listening'], ('starting', 'listening')),
        (['starting', 'error: x', 'starting', 'error: x'], ('error: x',)),
        (
            ['starting ledger 4.2', 'FATAL: cannot open database ledger.db: disk is full'],
            ('FATAL: cannot open database ledger.db: disk is full',),
        ),
        (['error: no config', 'bye', 'bye'], ('error: no config',)),
        (
            [
                'Traceback (most recent call last):',
                '  File "app.py", line 3, in <module>',
                '    raise ValueError("bad port")',
                'ValueError: bad port',
            ],
            ('Traceback (most recent call last):', 'ValueError: bad port'),
        ),
        (
            ['panic: nil map', 'goroutine 1 [running]:', 'main.main()', 'exit status 2'],
            ('panic: nil map',),
        ),
        (['error 1', *map(str, range(30)), 'error 2'], ('error 2',)),
    ),
)
def test_selects_lines_that_explain_the_crash(lines, excerpt):
    assert log_excerpt(lines) == excerpt
