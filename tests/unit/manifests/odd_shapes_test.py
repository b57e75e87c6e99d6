"""Files with arbitrary JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.manifests import manifest_targets
from kubectl_dog.manifests.manifest_objects import parse
from kubectl_dog.model.errors import UserError
from tests.unit.manifests.manifest_targets_test import crd
from tests.unit.manifests.manifest_targets_test import deploy
from tests.unit.manifests.manifest_targets_test import job
from tests.unit.manifests.manifest_targets_test import served
from tests.unit.oddities import ANY
from tests.unit.oddities import SETTINGS
from tests.unit.oddities import misshapen

HELM = job(hook='post-install', hook_delete_policy='hook-succeeded')
LIST = {'apiVersion': 'v1', 'kind': 'List', 'items': [deploy(name='a'), crd(), HELM]}
NESTED = {**LIST, 'items': [LIST, deploy(generateName='x')]}


@SETTINGS
@given(
    st.lists(ANY | misshapen(LIST, NESTED, HELM, crd(), deploy(name='a')), min_size=1, max_size=3)
)
def test_any_json_is_targets_or_a_sentence(documents):
    data = '\n'.join(map(json.dumps, documents)).encode()
    try:
        placed = list(parse(data, 'f'))
        result = manifest_targets.find_targets(placed, 'ns', False, served)
    except UserError:
        return
    assert len(result.targets) + len(result.notices) == len(placed)
