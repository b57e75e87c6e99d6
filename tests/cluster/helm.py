"""A small Helm chart, and the real helm."""

from __future__ import annotations

import json

from . import manifests
from .harness import build

# The chart's Deployment crashes unless the value `schema` is 42.
_SCRIPT = (
    'echo "web $VERSION starting"; '
    '[ "$SCHEMA" = 42 ] || { echo "FATAL: schema version is $SCHEMA, need 42"; exit 3; }; '
    f'{manifests.RUN}'
)
_PROBE = {'exec': {'command': ['true']}, 'initialDelaySeconds': 1, 'periodSeconds': 1}


def write_chart(folder):
    """Write the chart `shop` with the Deployment `web`; return its folder."""
    chart = folder / 'shop'
    (chart / 'templates').mkdir(parents=True)
    names = {'SCHEMA': 'schema', 'VERSION': 'version'}
    env = [{'name': key, 'value': f'{{{{ .Values.{value} }}}}'} for key, value in names.items()]
    web = manifests.deployment(
        'web', _SCRIPT, probe=_PROBE, replicas=2, container={'name': 'web', 'env': env}
    )
    chart_file = {'apiVersion': 'v2', 'name': 'shop', 'version': '1.0.0'}
    (chart / 'Chart.yaml').write_text(json.dumps(chart_file))
    (chart / 'values.yaml').write_text(json.dumps({'schema': '42', 'version': '1.4'}))
    (chart / 'templates' / 'web.yaml').write_text(json.dumps(web, indent=2))
    return chart


def environment(dog):
    """Return the environment of a run of the plugin whose command may be helm."""
    folder = build.ensure_apart(build.HELM)
    return {'PATH': f'{dog.env["PATH"]}:{folder}'}
