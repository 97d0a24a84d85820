"""Looking for planted values in whatever a programme has written, however it was encoded.

Each planted value holds one of a few stems that occur nowhere else; a stem that is found is a value
that is found. Files are unpacked as far as they go: zip, gzip, the streams of PDFs and what
they say, and what is packed inside those.
"""

import base64
import contextlib
import gzip
import io
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
# A digest or a sealed text written in hex, in whose digits any short number stands sooner or later.
_HEX = re.compile(rb"[0-9a-fA-F]+")
_SHORTEST_HEX = 32
_DEEPEST = 4
_EMPTY = bytes(64)


def encodings(stem: str) -> dict[str, list[bytes]]:
    """A stem as it may stand in a file, by the name of the encoding."""
    texts = {stem, stem.lower(), stem.upper()}
    found: dict[str, set[bytes]] = {"utf-8": set(), "utf-16": set(), "base64": set(), "hex": set()}
    for text in texts:
        raw = text.encode()
        found["utf-8"].add(raw)
        found["utf-16"].update({text.encode("utf-16-le"), text.encode("utf-16-be")})
        for wide in (raw, text.encode("utf-16-le"), text.encode("utf-16-be")):
            found["hex"].update({wide.hex().encode(), wide.hex().upper().encode()})
        for wide in (raw, text.encode("utf-16-le"), text.encode("utf-16-be")):
            for before in range(3):
                coded = base64.b64encode(b"\0" * before + wide)
                # The first and the last characters depend on what stands around.
                inner = coded[(0, 2, 3)[before] : (before + len(wide)) * 8 // 6]
                found["base64"].add(inner)
                found["base64"].add(inner.replace(b"+", b"-").replace(b"/", b"_"))
    return {name: sorted(each) for name, each in found.items()}


def pattern(stems: Iterable[str]) -> re.Pattern[bytes]:
    """What finds any of these stems in any encoding.

    Forms that begin alike share their beginning: so a byte is compared with a few dozen others
    instead of with all forms, and a file is searched six times as quickly.
    """
    beginnings: _Tree = {}
    for form in {form for stem in stems for each in encodings(stem).values() for form in each}:
        place = beginnings
        for byte in form:
            place = place.setdefault(byte, {})
        place[_END] = {}
    return re.compile(_written(beginnings))


# What may follow in a form, by its next byte.
_Tree: TypeAlias = "dict[int, _Tree]"
_END = -1


def _written(tree: _Tree) -> bytes:
    """A tree as a pattern. Whatever goes on after the end of a form is found by that form."""
    if _END in tree:
        return b""
    ways = [re.escape(bytes([byte])) + _written(rest) for byte, rest in sorted(tree.items())]
    return ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")"


def layers(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """A file's bytes, and whatever can be unpacked from it."""
    yield content
    if depth == _DEEPEST:
        return
    for inner in _unpacked(content):
        yield from layers(inner, depth + 1)


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content[:2] == b"PK":
        with (
            contextlib.suppress(zipfile.BadZipFile, RuntimeError, zlib.error),
            zipfile.ZipFile(io.BytesIO(content)) as archive,
        ):
            yield "\n".join(archive.namelist()).encode()
            for name in archive.namelist():
                yield archive.read(name)
    if content[:2] == b"\x1f\x8b":
        with contextlib.suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(content)
    if b"%PDF-" in content[:1024]:
        for found in _STREAM.finditer(content):
            try:
                yield zlib.decompressobj().decompress(found.group(1))
            except zlib.error:
                continue
        yield _text_of_paper(content)


def _text_of_paper(content: bytes) -> bytes:
    """What a PDF says: its letters are numbers of a font's shapes, which only a reader knows."""
    start = content.index(b"%PDF-")
    command = ["pdftotext", "-raw", "-", "-"]
    ran = subprocess.run(command, input=content[start:], capture_output=True, check=False)
    return b" ".join(ran.stdout.split())


def _without_emptiness(content: bytes) -> bytes:
    """Long runs of zeros, of which databases have many, made short; nothing is put together."""
    return content.replace(_EMPTY, _EMPTY[:16])


def files_below(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below some folders, with its name; the name is looked at like its content."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                try:
                    content = path.read_bytes()
                except OSError:
                    continue
                yield str(path), str(path).encode() + b"\n" + content


def finds(stems: Iterable[str], contents: Iterable[tuple[str, bytes]]) -> list[str]:
    """Where a stem was found: names of files, each with the bytes around."""
    looked_for = pattern(stems)
    found = []
    for name, content in contents:
        for layer in layers(content):
            layer = _without_emptiness(layer)
            hit = next((hit for hit in looked_for.finditer(layer) if not _by_chance(hit)), None)
            if hit is not None:
                around = layer[max(0, hit.start() - 40) : hit.end() + 40]
                found.append(f"{name}: {around!r}")
                break
    return found


def _by_chance(hit: re.Match[bytes]) -> bool:
    """Whether these are plain digits in the midst of a long number in hex, with letters around.

    Of a database of a hundred thousand digests every two hundredth holds a given seven digits.
    """
    if not hit.group().isdigit() or len(hit.group()) > len("+254755509100"):
        return False
    text, middle = hit.string, hit.start()
    start, end = max(0, middle - _SHORTEST_HEX), hit.end() + _SHORTEST_HEX
    run = next(
        (run for run in _HEX.finditer(text, start, end) if run.start() <= middle < run.end()), None
    )
    return run is not None and len(run.group()) >= _SHORTEST_HEX and not run.group().isdigit()
