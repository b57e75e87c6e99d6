"""What happens without a permission: the rows of the table in docs/access.md.

The unit tier generates the table with an API server in memory, and the cluster tier checks the same
rows with real ServiceAccounts.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from tests.page import ROOT

PAGE = ROOT / 'docs' / 'access.md'
# Verb and resource.
ENOUGH = frozenset(
    [('get', 'pods/log')]
    + [
        (verb, resource)
        for resource in ('deployments.apps', 'replicasets.apps', 'pods', 'events')
        for verb in ('list', 'watch')
    ]
)
TABLE = re.compile(r'(<!-- permissions -->\n)(.*?)(\n<!-- end -->)', re.S)
# The rollouts that are tried, by their names: a good one, and two that fail.
ROLLOUTS = ('good', 'crash', 'mount')


def _without(*resources):
    return frozenset(right for right in ENOUGH if right[1] not in resources)


def _only(*verbs):
    return frozenset((verb, resource) for _, resource in ENOUGH for verb in verbs)


# Title -> what is granted.
ROWS = {
    'none: the Role of `--print-rbac`': ENOUGH,
    'events': _without('events'),
    'pods/log': _without('pods/log'),
    'pods': _without('pods'),
    'replicasets': _without('replicasets.apps'),
    'all but `get`': _only('get'),
    '`list`': _only('watch') | {('get', 'pods/log')},
    '`watch`': _only('list') | {('get', 'pods/log')},
    'all': frozenset(),
}


class Outcome(NamedTuple):
    """How one rollout ended, as the table shows it."""

    result: str
    notice: str
    code: int


def outcome(code, stdout, stderr):
    """The outcome of a rollout with `-o json`; there is one notice about permissions at most."""
    records = [json.loads(line) for line in stdout.splitlines()]
    [end] = [record for record in records if record['type'] == 'ended']
    [summary] = [record for record in records if record['type'] == 'summary']
    notices = [record for record in records if record.get('deniedReads') and 'text' in record]
    named = [read for notice in notices for read in notice['deniedReads']]
    assert sorted(map(str, named)) == sorted(map(str, summary['deniedReads']))
    texts = [notice['text'] for notice in notices] + stderr.splitlines()
    assert len(texts) <= 1, texts
    cause = end['cause']['code'] if end['cause'] else end['reason']
    cause = '' if end['verdict'] == 'no-access' else cause
    parts = [' '.join(filter(None, (end['verdict'], cause)))]
    parts += ['with its log'] if end['logExcerpt'] else []
    # Of a successful rollout, only the verdict counts.
    result = end['verdict'] if code == 0 else ', '.join(parts)
    return Outcome(result, _plain(texts[0] if texts else ''), code)


def _plain(text):
    """Without what differs from run to run: the names of the account, of the target and of the
    namespace.
    """
    text = re.sub(r'system:serviceaccount:\S+?:reader', 'system:serviceaccount:shop:reader', text)
    text = re.sub(r'(namespace "?)[-\w]+', r'\1shop', text)
    return re.sub(r'\b(deploy/|apps ")(?:good|crash|mount)\b', r'\1web', text)


def row(title, outcomes):
    """A row of the table for the outcomes of the rollouts, in their order."""
    [text] = dict.fromkeys(outcome.notice for outcome in outcomes if outcome.notice) or ['']
    cells = [title, *(f'{outcome.result} ({outcome.code})' for outcome in outcomes), text]
    return f'| {" | ".join(cells)} |'
