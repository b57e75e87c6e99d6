"""Archives whose bytes depend on what is in them alone: no clock, no owner, no order of a disk."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import NamedTuple

_TIME = (1980, 1, 1, 0, 0, 0)


class Member(NamedTuple):
    """A file of an archive; `stored` is for what is compressed already."""

    name: str
    data: bytes
    executable: bool = False
    stored: bool = False

    @property
    def mode(self):
        return 0o755 if self.executable else 0o644


def zipped(members, head=b''):
    """A zip archive behind `head`, which its offsets know of, as zip -A leaves them."""
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
    # Not gzip.compress: what it writes as the operating system differs between Pythons.
    with gzip.GzipFile('', 'wb', 9, packed, mtime=0) as file:
        file.write(out.getvalue())
    return packed.getvalue()


def members_of(sdist):
    """The files of a .tar.gz archive."""
    with tarfile.open(sdist) as archive:
        for info in archive:
            if info.isfile():
                yield Member(info.name, archive.extractfile(info).read())
