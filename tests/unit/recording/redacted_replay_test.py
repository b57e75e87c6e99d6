"""What the redactor changes changes no judgement: a redacted recording replays as before."""

from __future__ import annotations

import json

import pytest

from kubectl_dog.model.fields import Field
from kubectl_dog.recording import codec
from kubectl_dog.recording.redact import Redactor
from tests.unit.corpus import corpus

REDACTOR = Redactor(b'salt')
# Of the corpus, those with commands, probes, messages of kubelets, references and custom resources.
NAMES = [
    name
    for name in corpus.names()
    if any(word in name for word in ('command-not', 'secret', 'config', 'probe', 'url', 'quota'))
][:12]


def redacted(path):
    wants = {}
    for line in path.read_text('utf-8').splitlines():
        record = json.loads(line)
        field = Field(record)
        if 'want' in record:
            wants[record['key']] = codec.decode_want(field.required('want'))
        payload = codec.decode_payload(field) if 'at' in record and 'want' not in record else None
        if payload is not None:
            payload = REDACTOR.payload(payload, wants.get(record.get('key')))
            record = {
                **{name: record[name] for name in ('at', 'key') if name in record},
                **codec.encode_payload(payload),
            }
        yield json.dumps(record) + '\n'


@pytest.mark.parametrize('name', NAMES)
def test_a_recording_that_is_redacted_again_gives_the_same_output(name, tmp_path):
    path = tmp_path / 'again.jsonl'
    path.write_text(''.join(redacted(corpus.path_of(name))))
    assert corpus.replay(path) == corpus.replay(corpus.path_of(name))
