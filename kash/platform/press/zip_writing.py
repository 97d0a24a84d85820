"""A zip, piece by piece, of files that share their beginning."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime

_MADE_BY_UNIX = 3 << 8
_VERSION = 20
_UTF8 = 0x800
_PRIVATE = 0o600 << 16
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_END_64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<IIQI")
_MOST = 0xFFFF_FFFF
_MOST_FILES = 0xFFFF


def zip_pieces(files: Iterable[tuple[str, bytes, int, bytes]], moment: datetime) -> Iterator[bytes]:
    """The bytes of the archive, stored and not compressed, for what is compressed already.

    Each file is its name, the beginning that it shares, the CRC-32 of that, and its own end.
    """
    day = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    directory = []
    at = 0
    for name, shared, checksum, own in files:
        encoded = name.encode("utf-8")
        checked = zlib.crc32(own, checksum)
        size = len(shared) + len(own)
        about = (_UTF8, 0, time, day, checked, size, size, len(encoded))
        yield _LOCAL.pack(0x04034B50, _VERSION, *about, 0) + encoded
        yield shared
        yield own
        far = struct.pack("<HHQ", 1, 8, at) if at >= _MOST else b""
        directory.append(
            _CENTRAL.pack(
                0x02014B50,
                _MADE_BY_UNIX | _VERSION,
                _VERSION,
                *about,
                len(far),
                0,
                0,
                0,
                _PRIVATE,
                min(at, _MOST),
            )
            + encoded
            + far
        )
        at += _LOCAL.size + len(encoded) + size
    yield from _ending(b"".join(directory), len(directory), at)


def _ending(directory: bytes, count: int, at: int) -> Iterator[bytes]:
    yield directory
    if count > _MOST_FILES or at + len(directory) >= _MOST:
        yield _END_64.pack(
            0x06064B50, _END_64.size - 12, 45, 45, 0, 0, count, count, len(directory), at
        )
        yield _LOCATOR_64.pack(0x07064B50, 0, at + len(directory), 1)
    files = min(count, _MOST_FILES)
    yield _END.pack(0x06054B50, 0, 0, files, files, min(len(directory), _MOST), min(at, _MOST), 0)
