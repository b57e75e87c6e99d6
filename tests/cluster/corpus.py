"""Save recordings of scenarios in the corpus of the unit tier, with what replay needs of them.

Names and addresses of this machine are replaced, values that no rule reads are left out, and each
recording is replayed on the way: it must end as the run did, and always with the same output.
"""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from types import SimpleNamespace

from tests.unit.corpus import corpus

from .harness import node
from .harness.paths import cache_dir
from .record_demos import scrub

NAMESPACE = 'play'
CACHE = '/var/lib/kubectl-dog'

# Values that no rule reads, by the name of their field anywhere in an object.
_UNREAD = {
    'allocatedResources',
    'containerID',
    'hostIP',
    'hostIPs',
    'imageID',
    'lastHeartbeatTime',
    'lastProbeTime',
    'nodeInfo',
    'podIP',
    'podIPs',
    'qosClass',
    'reportingInstance',
    'volumeMounts',
}
_UID = re.compile(r'\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b')
_DEFAULT_TOLERATIONS = ('node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable')


def save(scenario, outcome, folder):
    """Save the recording of an outcome without faults below the folder; return its new faults."""
    name = scenario.__name__
    path = Path(folder, f'{name}.jsonl')
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _anonymous(outcome.recording.read_text(encoding='ascii'), outcome.namespace)
    path.write_text(text, encoding='ascii')
    output = corpus.replay(path)
    text = compact(text)
    path.write_text(text, encoding='ascii')
    checks = {
        'the anonymous recording ends differently': _same(
            corpus.endings(name, outcome.recording), corpus.endings(name, path)
        ),
        'the compact recording has another output': corpus.replay(path) == output,
        **{
            f'it holds {word!r}': not _contains_word(text, word)
            for word in _private_words(outcome.namespace)
        },
    }
    return [*_faults(scenario, outcome), *(fault for fault, passed in checks.items() if not passed)]


def _faults(scenario, outcome):
    """The faults of the scenario in the replay."""
    code, stdout = corpus.replay(outcome.recording, 'plain')
    result = SimpleNamespace(code=code, stdout=stdout, stderr='', output=stdout)
    return [f'replayed: {fault}' for fault in scenario.faults(outcome._replace(result=result))]


def _same(endings, others):
    """Whether these are equal, except for fields that may hold the name of the namespace."""
    texts = ('subject', 'reason')
    return [end._replace(**dict.fromkeys(texts)) for end in endings] == [
        end._replace(**dict.fromkeys(texts)) for end in others
    ]


def _contains_word(text, word):
    return re.search(rf'(?<!\w){re.escape(word)}(?!\w)', text) is not None


def _private_words(namespace):
    return {namespace, str(cache_dir()), str(Path.home()), '127.0.0.1', socket.gethostname()}


def _anonymous(text, namespace):
    """The recording without the names of namespace, node, host and folders; and with short uids."""
    text = text.replace(namespace, NAMESPACE).replace(str(cache_dir()), CACHE)
    uids = {}
    text = _UID.sub(lambda match: uids.setdefault(match[0], f'uid-{len(uids) + 1}'), text)
    return scrub(text, node.NAME)


def compact(text):
    """The recording without blanks, and without values that no rule reads."""
    lines = (_stripped(json.loads(line)) for line in text.splitlines())
    return ''.join(json.dumps(line, separators=(',', ':')) + '\n' for line in lines)


def _stripped(value):
    if isinstance(value, list):
        return [_stripped(item) for item in value if not _is_default(item)]
    if not isinstance(value, dict):
        return value
    return {key: _stripped(item) for key, item in value.items() if key not in _UNREAD}


def _is_default(item):
    """Whether it is a volume or a toleration that the API server adds to every pod."""
    if not isinstance(item, dict):
        return False
    if str(item.get('name', '')).startswith('kube-api-access-'):
        return True
    return item.get('key') in _DEFAULT_TOLERATIONS and 'tolerationSeconds' in item
