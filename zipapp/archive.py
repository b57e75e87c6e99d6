"""Write reproducible archives: without times, owners and the file order of the disk."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import NamedTuple

_TIME = (1980, 1, 1, 0, 0, 0)


class Member(NamedTuple):
    """A file of an archive; `stored` is for data that is compressed already."""

    name: str
    data: bytes
    executable: bool = False
    stored: bool = False

    @property
    def mode(self):
        return 0o755 if self.executable else 0o644


def zipped(members, head=b''):
    """A zip archive after `head`, with offsets from the start of `head` (as with zip -A)."""
    out = io.BytesIO()
    out.write(head)
    with zipfile.ZipFile(out, 'a') as archive:
        for member in sorted(members):
            info = zipfile.ZipInfo(member.name, _TIME)
            info.create_system = 3
            info.external_attr = (0o100000 | member.mode) << 16
            info.compress_type = zipfile.ZIP_STORED if member.stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, member.data, compresslevel=9)
    return out.getvalue()


def tarred(members):
    """A .tar.gz archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.USTAR_FORMAT) as archive:
        for member in sorted(members):
            info = tarfile.TarInfo(member.name)
            info.size = len(member.data)
            info.mode = member.mode
            archive.addfile(info, io.BytesIO(member.data))
    packed = io.BytesIO()
    # Not gzip.compress: its operating system byte differs between Pythons.
    with gzip.GzipFile('', 'wb', 9, packed, mtime=0) as file:
        file.write(out.getvalue())
    return packed.getvalue()


def members_of(sdist):
    """The files of a .tar.gz archive."""
    with tarfile.open(sdist) as archive:
        for info in archive:
            if info.isfile():
                yield Member(info.name, archive.extractfile(info).read())
