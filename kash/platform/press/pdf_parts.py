"""The parts that a PDF file is written of, as ISO 32000-1 has them."""

from __future__ import annotations

import itertools
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
# A string is passed over: it may hold what looks like a reference.
_REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*\)|<[0-9a-fA-F]*>|\b(\d+) 0 R\b", re.DOTALL)
_TOKEN = re.compile(
    rb"<<|>>|\[|\]|\((?:[^\\()]|\\.)*\)|<[0-9a-fA-F]*>|/[^\s/<>\[\]()]*|[^\s/<>\[\]()]+", re.DOTALL
)
_OPENING, _CLOSING = (b"<<", b"["), (b">>", b"]")
_STREAM = re.compile(rb"\nstream\r?\n")

# Where an object lies: at a place in the file, or as so many'th in an object stream.
Place = tuple[int, int, int]
FREE: Place = (0, 0, 0)
# The row of a cross-reference stream with fields of 1, 4 and 2 bytes.
CROSS_REFERENCE = struct.Struct(">BIH")


def at_place(offset: int) -> Place:
    """An object that begins at this byte of the file."""
    return (1, offset, 0)


def indirect(number: int, content: bytes) -> bytes:
    """An object of its own."""
    return b"%d 0 obj\n%b\nendobj\n" % (number, content)


def stream(number: int, content: bytes, described: bytes = b"") -> bytes:
    """A stream as an object of its own; `described` are more entries of its dictionary."""
    return b"%d 0 obj\n<<%b/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
        number,
        described,
        len(content),
        content,
    )


def object_stream(number: int, objects: Sequence[tuple[int, bytes]], level: int = 1) -> bytes:
    """Objects that are no streams, packed into one that is."""
    ends = itertools.accumulate([len(content) + 1 for _, content in objects], initial=0)
    heads = [b"%d %d" % (one, at) for (one, _), at in zip(objects, ends, strict=False)]
    head = b" ".join(heads) + b"\n"
    packed = zlib.compress(head + b"\n".join([content for _, content in objects]), level)
    described = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(head))
    return stream(number, packed, described)


def cross_references(places: Iterable[Place]) -> bytes:
    """The rows of a cross-reference stream."""
    return b"".join([CROSS_REFERENCE.pack(*place) for place in places])


def closing(
    number: int, rows: bytes, offset: int, root: int, information: int, identifier: bytes
) -> bytes:
    """The cross-reference stream, which is the trailer as well, and the end of the file."""
    name = identifier.hex().encode("ascii")
    described = b"/Type/XRef/W[1 4 2]/Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]" % (
        number + 1,
        root,
        information,
        name,
        name,
    )
    packed = zlib.compress(rows, 1) if len(rows) > 4096 else rows
    described += b"/Filter/FlateDecode" if packed is not rows else b""
    return stream(number, packed, described) + b"startxref\n%d\n%%%%EOF\n" % offset


def referred(content: bytes) -> list[int]:
    """The numbers that an object refers to, in order."""
    return [int(found[1]) for found in _REFERENCE.finditer(dictionary_of(content)) if found[1]]


def dictionary_of(content: bytes) -> bytes:
    """An object without the content of its stream."""
    found = _STREAM.search(content)
    return content[: found.start()] if found else content


def renumbered(
    content: bytes,
    number: Callable[[int], bytes],
    string: Callable[[bytes], bytes] = bytes,
) -> bytes:
    """An object whose references are written anew, each as `number` gives it, and its strings."""
    head = dictionary_of(content)

    def written(found: re.Match[bytes]) -> bytes:
        return number(int(found[1])) if found[1] else string(found[0])

    return _REFERENCE.sub(written, head) + content[len(head) :]


def reached(contents: Mapping[int, bytes], first: Iterable[int]) -> set[int]:
    """The numbers of all objects that one comes to from the first ones."""
    found: set[int] = set()
    waiting = list(first)
    while waiting:
        number = waiting.pop()
        if number not in found and number in contents:
            found.add(number)
            waiting += referred(contents[number])
    return found


def entry(content: bytes, name: bytes) -> bytes:
    """Value in a dictionary under a name: an array, a reference or one word."""
    bare = renumbered(content, lambda one: b"%d 0 R" % one, lambda _: b"()")
    found = re.search(rb"/%b\s*(\[[^\]]*\]|\d+ 0 R|/?[^\s/<>\[\]()]+)" % name, bare)
    return found[1] if found else b""


def reference_in(content: bytes, name: bytes) -> int:
    """The number that a dictionary refers to under a name. Raises ValueError if none."""
    return int(entry(content, name).removeprefix(b"[").split()[0])


def entries(content: bytes) -> dict[bytes, bytes]:
    """Values in a dictionary, by name."""
    tokens = _TOKEN.findall(dictionary_of(content))
    found = {}
    at = 1
    while at < len(tokens) - 1:
        end = _end_of_value(tokens, at + 1)
        found[tokens[at][1:]] = b" ".join(tokens[at + 1 : end])
        at = end
    return found


def _end_of_value(tokens: Sequence[bytes], at: int) -> int:
    depth = 0
    for number in range(at, len(tokens)):
        depth += (tokens[number] in _OPENING) - (tokens[number] in _CLOSING)
        if not depth:
            # A reference is two numbers and a letter.
            return number + (3 if tokens[number + 2 : number + 3] == [b"R"] else 1)
    raise ValueError("a dictionary does not end")


def page_content(contents: Mapping[int, bytes], page: int) -> bytes:
    """Drawing of a page with one stream."""
    head, _, drawn = contents[reference_in(contents[page], b"Contents")].partition(b"\nstream\n")
    drawn = drawn.removesuffix(b"\nendstream")
    return zlib.decompress(drawn) if b"/FlateDecode" in head else drawn
