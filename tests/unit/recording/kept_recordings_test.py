from __future__ import annotations

import errno
import os
import time

import pytest

from kubectl_dog.recording import kept_recordings
from tests.unit.needs import posix

DAY = 86_400


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / 'kubectl-dog' / 'recordings'
    path.mkdir(parents=True)
    return path


def create(tmp_path):
    path, file = kept_recordings.create({'KUBECACHEDIR': str(tmp_path)})
    file.close()
    return path


def old(folder, number, age=0):
    path = folder / f'20260101-0000{number:02}-7.jsonl'
    path.write_text('x')
    at = time.time() - age - 100 + number
    os.utime(path, (at, at))
    return path


def test_file_is_below_the_cache_of_kubectl_and_private(tmp_path):
    path = create(tmp_path)
    assert os.path.dirname(path) == str(tmp_path / 'kubectl-dog' / 'recordings')
    if os.name != 'nt':
        assert os.stat(path).st_mode & 0o777 == 0o600
        assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700


def test_cache_is_in_the_home_directory_by_default(tmp_path):
    path, file = kept_recordings.create({'HOME': str(tmp_path), 'USERPROFILE': str(tmp_path)})
    file.close()
    assert path.startswith(str(tmp_path / '.kube' / 'cache' / 'kubectl-dog'))


def test_oldest_files_are_removed(tmp_path, folder):
    files = [old(folder, number) for number in range(kept_recordings.MAX_FILES + 3)]
    path = create(tmp_path)
    assert sorted(folder.iterdir()) == sorted([*files[4:], folder / os.path.basename(path)])


def test_files_of_last_week_are_removed(tmp_path, folder):
    week, day = old(folder, 1, 8 * DAY), old(folder, 2, DAY)
    create(tmp_path)
    assert (week.exists(), day.exists()) == (False, True)


@posix
def test_other_files_and_links_are_kept(tmp_path, folder):
    target = tmp_path / 'precious'
    target.write_text('x')
    (folder / '20200101-000000-1.jsonl').symlink_to(target)
    other = folder / 'notes.txt'
    other.write_text('x')
    os.utime(other, (0, 0))
    os.utime(target, (0, 0))
    create(tmp_path)
    assert target.exists() and other.exists()
    assert (folder / '20200101-000000-1.jsonl').is_symlink()


@posix
def test_directory_that_others_can_write_is_not_used(tmp_path, folder):
    folder.chmod(0o777)
    with pytest.raises(OSError, match='others can write'):
        create(tmp_path)


def test_size_is_limited(tmp_path):
    with open(tmp_path / 'file', 'w', encoding='ascii') as stream:
        file = kept_recordings.LimitedFile(stream, 5)
        file.write('abc')
        file.flush()
        with pytest.raises(OSError, match='maximum size') as caught:
            file.write('abc')
        assert caught.value.errno == errno.EFBIG
        assert not file.closed
        file.close()
        assert file.closed
    assert (tmp_path / 'file').read_text() == 'abc'
