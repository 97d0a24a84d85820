"""Cleaned copies: photos, scans, sound, video and PDF without what they say of their making.

A file's kind is told by its content. The copy is made by a child process that holds no keys, under
limits of time and memory; file and copy lie in memory only, never on a disk.
"""

from kash.platform.cleaning.child_process import CannotClean, CleaningBusy, CleaningLimits, cleaned
from kash.platform.cleaning.kinds import HEAD, KINDS, SHOWN, FileKind, is_archive, kind_of
from kash.platform.cleaning.scans import SCANS, ScannedPage, scanned_pages
