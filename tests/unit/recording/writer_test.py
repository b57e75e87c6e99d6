from __future__ import annotations

import io
import json
import os
import stat
from unittest import mock

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording.reader import Recording
from kubectl_dog.recording.reader import parse
from kubectl_dog.recording.reader import read
from kubectl_dog.recording.recorded_source import RecordedSource
from kubectl_dog.recording.writer import Header
from kubectl_dog.recording.writer import RecordingSource
from kubectl_dog.recording.writer import RecordingWriter
from tests.unit.needs import NO_FILE
from tests.unit.needs import posix

TARGETS = (Target(DEPLOYMENTS, 'shop', 'web'),)
OPTIONS = Options(timeout=60.0)
PODS_WANT = Watch(PODS, 'shop', 'app=web')
LOGS = Logs('shop', 'web-1', 'uid-1', 'main')
ITEMS = (
    Item(0.0, None, ServerClock(0.5)),
    Item(0.125, PODS_WANT, Listed(())),
    Item(1.5, PODS_WANT, Changed('ADDED', {'metadata': {'name': 'web-1'}})),
    Item(2.0, LOGS, LogLines((LogLine(7, 'hello'),))),
)


def recorded(items=ITEMS, file=None):
    stream = io.StringIO() if file is None else file
    writer = RecordingWriter(stream, Header(1.7e9, TARGETS, OPTIONS, program='0.1.0'))
    for item in items:
        writer.write(item)
    return stream


def test_recording_escapes_ci_commands_and_reads_them_back(tmp_path):
    item = Item(2.0, LOGS, LogLines((LogLine(7, '###[error]x ##vso[a.b]'),)))
    stream = recorded([item])
    assert '##' not in stream.getvalue()
    path = tmp_path / 'run.jsonl'
    path.write_text(stream.getvalue(), encoding='utf-8')
    assert read(path).items == (item,)


def test_a_run_comes_back_as_it_was(tmp_path):
    path = tmp_path / 'run.jsonl'
    writer = RecordingWriter(path, Header(1.7e9, TARGETS, OPTIONS))
    for item in ITEMS:
        writer.write(item)
    writer.close()
    writer.close()
    assert read(path) == Recording(1.7e9, TARGETS, OPTIONS, ITEMS)


def test_the_format_is_stable():
    text = recorded(ITEMS[:3]).getvalue()
    pods = '{"group": "", "version": "v1", "plural": "pods", "kind": "Pod", "short": "po"}'
    assert text.splitlines() == [
        '{"recording": "kubectl-dog/v1", "formatVersion": 1, "started": "2023-11-14T22:13:20.000Z",'
        ' "program": "0.1.0", "targets": [{"resource": {"group": "apps", "version": "v1",'
        ' "plural": "deployments", "kind": "Deployment", "short": "deploy"},'
        ' "namespace": "shop", "name": "web"}], "options": {"timeout": 60.0}}',
        '{"at": 0.0, "clock": 0.5}',
        f'{{"at": 0.125, "key": 1, "want": {{"watch": {{"resource": {pods},'
        ' "namespace": "shop", "labels": "app=web"}}}',
        '{"at": 0.125, "key": 1, "listed": []}',
        '{"at": 1.5, "key": 1, "changed": "ADDED", "object": {"metadata": {"name": "web-1"}}}',
    ]


def test_a_target_keeps_its_own_options():
    stream = io.StringIO()
    other = TARGETS[0]._replace(name='db')
    own = {other: Options(tolerate=('CrashLoop=5',))}
    RecordingWriter(stream, Header(1.7e9, (*TARGETS, other), OPTIONS, target_options=own))
    read_back = parse(stream.getvalue().encode().splitlines(keepends=True), 'x')
    assert (read_back.targets, read_back.options) == ((*TARGETS, other), OPTIONS)
    assert read_back.target_options == own


def test_a_log_stream_has_one_key_though_its_want_changes():
    items = [
        Item(1.0, LOGS, LogEnd(0)),
        Item(2.0, LOGS._replace(restarts=1, running=False), LogEnd(1)),
        Item(3.0, LOGS._replace(container='other'), LogEnd(0)),
    ]
    records = [json.loads(line) for line in recorded(items).getvalue().splitlines()]
    assert [record.get('key') for record in records[1:]] == [1, 1, 1, 2, 2]


@posix
def test_each_item_is_on_the_disk_at_once_and_for_the_owner_alone(tmp_path):
    path = tmp_path / 'run.jsonl'
    path.touch(mode=0o644)
    writer = RecordingWriter(path, Header(0.0, (), Options()))
    writer.write(ITEMS[0])
    assert read(path).items == ITEMS[:1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    writer.close()


def test_a_device_keeps_its_mode():
    before = os.stat(os.devnull).st_mode
    RecordingWriter(os.devnull, Header(0.0, (), Options())).close()
    assert os.stat(os.devnull).st_mode == before


def test_written_items_are_redacted_in_a_copy():
    item = Item(0.0, Watch(SECRETS, 'shop'), Listed(({'data': {'password': 'hunter2'}},)))
    assert 'hunter2' not in recorded([item]).getvalue()
    assert item.payload.objects[0]['data'] == {'password': 'hunter2'}


def test_two_recordings_hide_the_same_secret_differently():
    item = Item(0.0, Watch(SECRETS, 'shop'), Listed(({'data': {'password': 'hunter2'}},)))
    assert recorded([item]).getvalue() != recorded([item]).getvalue()


def test_unwritable_file_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=f'cannot write the recording .*: {NO_FILE}'):
        RecordingWriter(tmp_path / 'no' / 'run.jsonl', Header(0.0, (), Options()))


def test_a_full_disk_ends_the_recording_and_not_the_run():
    class Full(io.StringIO):
        def flush(self):
            raise OSError(28, 'No space left on device')

    writer = RecordingWriter(Full(), Header(0.0, (), Options()))
    writer.write(ITEMS[0])
    writer.close()
    assert writer.failure == 'the recording is incomplete: No space left on device'


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='Needs /dev/full.')
def test_a_recording_that_is_incomplete_is_named():
    writer = RecordingWriter('/dev/full', Header(0.0, (), Options()))
    writer.close()
    assert writer.failure.startswith('the recording /dev/full is incomplete: ')


def test_a_disk_that_fails_on_close_does_not_end_the_run():
    file = mock.Mock(closed=False, close=mock.Mock(side_effect=OSError('lost')))
    writer = RecordingWriter(file, Header(0.0, (), Options()))
    writer.close()
    assert writer.failure == 'the recording is incomplete: lost'


def test_recording_source_records_items_and_delegates_calls():
    stream = io.StringIO()
    source = RecordedSource(Recording(5.0, TARGETS, OPTIONS, ITEMS))
    tap = RecordingSource(source, RecordingWriter(stream, Header(source.started, TARGETS, OPTIONS)))
    tap.reconcile({PODS_WANT})
    assert [tap.take(until) for until in (0.0, 0.1, None, None)] == [
        ITEMS[0],
        None,
        ITEMS[1],
        ITEMS[2],
    ]
    assert (tap.started, tap.now()) == (5.0, 1.5)
    text = stream.getvalue()
    written = parse(text.encode().splitlines(keepends=True), 'x')
    assert (written.items, written.is_complete) == (ITEMS[:3], False)
    with mock.patch.object(stream, 'close'):
        tap.close()
    ended = parse(stream.getvalue().encode().splitlines(keepends=True), 'x')
    assert (ended.items, ended.is_complete) == (ITEMS[:3], True)
