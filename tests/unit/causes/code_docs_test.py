"""`docs/codes.md` is made of the catalogue; `KUBECTL_DOG_WRITE=1 pytest` on this file writes it."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.code_docs import CODE_DOCS
from kubectl_dog.model.text_format import ordinal
from kubectl_dog.model.times import format_duration

PAGE = Path(__file__).parents[3] / 'docs' / 'codes.md'
HEAD = """# Codes of causes

Written by `tests/unit/causes/code_docs_test.py` from the catalogue of causes; do not edit.

Each root cause has a stable code, which stands in the output beside the cluster's own word for it.
What it may do before it fails its target is its tolerance: a time from first sight, or a number of
ends of a container in one pod since tracking began, or, of a pod that was younger than two minutes
then, since its start; where a back-off of three or more restarts stood already, 30s are enough.
`--tolerate CODE=3m`, `CODE=5` (fails at the
5th end), `CODE=always` and `CODE=never` change it, as does the annotation
`kubectl-dog.github.io/tolerate` of the target; `CODE/CONTAINER=3m` is for that container alone.
Codes that only explain fail nothing by themselves.

Where other pods of the revision have proven that it works, and the rollout can get past the ill
ones, times of the families container start, probes and infrastructure count three times, and
two ends more; so do ends of the family container start while another target of the call is on its
way. A ConfigMap, Secret or key that is missing in a volume has 35s.
"""


def tolerated(code):
    """The default tolerance in words."""
    allowed = code.tolerance
    if allowed.is_informational:
        return 'explains only'
    if allowed.terminations is None:
        return (
            format_duration(allowed.seconds)
            if allowed.seconds
            else 'none: it is a verdict by itself'
        )
    span = (
        f', and {format_duration(allowed.min_seconds)} after the first'
        if allowed.min_seconds
        else ''
    )
    return f'the {ordinal(allowed.terminations)} end{span}'


def page():
    lines = [HEAD]
    for family, codes in groupby(sorted(CODES.values(), key=_order), lambda code: code.family):
        lines.append(f'## {family.capitalize()}\n')
        for code in codes:
            entry = CODE_DOCS[code.name]
            lines.append(
                f'### {code.name}\n\n{code.meaning[0].upper()}{code.meaning[1:]}.\n\n'
                f'- **Recognised by**: {entry.evidence}\n'
                f'- **Tolerance**: {tolerated(code)}\n'
                f'- **What to do**: {entry.remedy}\n'
            )
    return '\n'.join(lines)


def _order(code):
    families = list(dict.fromkeys(entry.family for entry in CODES.values()))
    return (families.index(code.family), list(CODES).index(code.name))


def test_every_code_is_documented():
    assert set(CODE_DOCS) == set(CODES)


def test_the_page_matches_the_catalogue():
    if os.environ.get('KUBECTL_DOG_WRITE'):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
