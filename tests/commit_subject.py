"""Check the subject of a commit message: at most 72 characters, a capital, no full stop.

python -m tests.commit_subject FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

LIMIT = 72


def fault(message):
    """What is wrong with the subject of a message, or an empty text."""
    subject = message.split('\n', 1)[0]
    if subject.startswith(('Merge ', 'Revert ', 'fixup! ', 'squash! ')):
        return ''
    if len(subject) > LIMIT:
        return f'has {len(subject)} characters, and may have {LIMIT}'
    if not subject[:1].isupper():
        return 'must begin with a verb in the imperative and a capital: "Fix …"'
    return 'must not end with a full stop' if subject.endswith('.') else ''


if __name__ == '__main__':
    wrong = fault(Path(sys.argv[1]).read_text(encoding='utf-8'))
    if wrong:
        sys.exit(f'commit subject {wrong}')
