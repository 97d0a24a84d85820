"""The press's child: reads one request, writes finished PDFs, ends.

Run by path, and importing nothing of this package, so that neither the web application nor a
database is loaded here. What it reads and writes is described in `child_process`.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import hashlib
import html
import io
import json
import logging
import os
import re
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

ASSETS = Path(__file__).with_name("assets")
_ASSET = re.compile(r"press:([a-z]+\.(?:css|svg))")
_NO_ROOM = re.compile("failed to map segment|cannot allocate memory", re.IGNORECASE)
_TYPES = {"css": "text/css", "svg": "image/svg+xml"}
_BACKGROUND = "/KashBackground"

# A name may shrink to this share of its full size before it takes a second line.
LEAST_ON_ONE_LINE = 0.68
# Lines break at words, so two lines never hold quite twice one line's width.
TWO_LINES = 2 * 0.86
LARGEST_ON_TWO_LINES = 0.74
LEAST_POINTS = 9.0


def limit(megabytes: int, seconds: float) -> None:
    """Bound this process. The processor limit ends it even when its parent is gone."""
    space = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    processor = int(seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def out_of_memory(error: BaseException) -> bool:
    """Whether an allocation was refused, also where a library says so in its own way."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    return isinstance(error, ImportError | OSError) and bool(_NO_ROOM.search(str(error)))


def fetcher() -> Any:
    """Serves `data:` and the press's own assets; refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnAssetsOnly(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            asset = _ASSET.fullmatch(url)
            if asset is None:
                return super().fetch(url, headers)
            content = (ASSETS / asset[1]).read_bytes()
            kind = _TYPES[asset[1].rpartition(".")[2]]
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    return OwnAssetsOnly(allowed_protocols=("data",), allow_redirects=False)


def fitted_points(natural_width: float, line_width: float, full_points: float) -> float:
    """The size at which a name as wide as that fits: on one line if legible, else on two."""
    room = line_width / max(natural_width, 0.01)
    if room >= 1:
        return full_points
    if room >= LEAST_ON_ONE_LINE:
        points = full_points * room
    else:
        points = full_points * min(LARGEST_ON_TWO_LINES, room * TWO_LINES)
    # A quarter point down: rounding up would break the line after all.
    return max(LEAST_POINTS, int(points * 4) / 4)


def balanced_width(name: str, width: float) -> float:
    """Where to break a name as wide as that so that two lines become nearly equal."""
    # Half and half a word is the least that certainly takes no third line.
    longest = max(map(len, name.split()), default=0) + 1
    return width * (0.5 + 0.5 * longest / (len(name) + 1))


def _name_line(name: str, natural_width: float, line: dict[str, Any]) -> str:
    """The element that holds an escaped name at the size that fits the line."""
    points = fitted_points(natural_width, line["width"], line["points"])
    width = natural_width * points / line["points"]
    if width > line["width"]:
        widest = min(line["width"], balanced_width(html.unescape(name), width) * 1.04)
        name = f'<span style="max-width: {widest:.1f}px">{name}</span>'
    return f'<p class="name" style="font-size: {points}pt">{name}</p>'


class Typesetter:
    """Sets the pieces of one request."""

    def __init__(self, request: dict[str, Any], report: Callable[[int, int], None]) -> None:
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration

        self._opening: str = request["opening"]
        self._pieces: list[dict[str, str]] = request["pieces"]
        self._line: dict[str, Any] | None = request.get("name_line")
        self._separate: bool = request["separate"]
        self._report = report
        self._fetcher = fetcher()
        self._fonts = FontConfiguration()
        self._stylesheet = CSS(
            string=(ASSETS / request["stylesheet"]).read_text(encoding="utf-8"),
            base_url="press:",
            url_fetcher=self._fetcher,
            font_config=self._fonts,
        )
        background = request.get("background")
        self._background = self._write(self._lay_out(background), b"") if background else None

    def files(self) -> Iterator[bytes]:
        contents = self._contents()
        if self._separate:
            for number, content in enumerate(contents, 1):
                yield self._file(content)
                self._report(number, len(contents))
                if number % 25 == 0:
                    gc.collect()
        else:
            halves = 0

            def count() -> None:
                nonlocal halves
                halves = min(halves + 1, 2 * len(contents))
                self._report(halves // 2, len(contents))

            yield self._file("".join(contents), count)

    def _contents(self) -> list[str]:
        if self._line is None:
            return [piece["before"] + piece["after"] for piece in self._pieces]
        widths = self._natural_widths(self._line)
        return [
            piece["before"] + _name_line(piece["name"], width, self._line) + piece["after"]
            for piece, width in zip(self._pieces, widths, strict=True)
        ]

    def _natural_widths(self, line: dict[str, Any]) -> list[float]:
        names = "".join(
            f'<div><span class="name" id="n{i}">{piece["name"]}</span></div>'
            for i, piece in enumerate(self._pieces)
        )
        page = f'<section class="measure {line["css_class"]}">{names}</section>'
        laid_out = self._lay_out(self._opening + page)
        boxes = {key: box for sheet in laid_out.pages for key, box in sheet.anchors.items()}
        return [boxes[f"n{i}"][2] - boxes[f"n{i}"][0] for i in range(len(self._pieces))]

    def _lay_out(self, markup: str) -> Any:
        from weasyprint import HTML

        # Tags are asked for here as well: layout keeps what they need only if it knows.
        return HTML(string=markup, base_url="press:", url_fetcher=self._fetcher).render(
            font_config=self._fonts, stylesheets=[self._stylesheet], pdf_tags=True
        )

    def _file(self, content: str, count: Callable[[], None] | None = None) -> bytes:
        markup = self._opening + content
        digest = hashlib.sha256(markup.encode("utf-8") + (self._background or b"")).digest()
        with _counting_layout(count):
            document = self._lay_out(markup)
        for page in document.pages:
            if count is not None:
                page.paint = _counted(page.paint, count)
        written = self._write(document, digest[:16], pdf_variant="pdf/ua-1")
        if self._background is None:
            return written
        return _with_background(written, self._background)

    @staticmethod
    def _write(document: Any, identifier: bytes, **options: Any) -> bytes:
        written: bytes = document.write_pdf(pdf_identifier=identifier or None, **options)
        return written


def _counted(paint: Callable[..., None], count: Callable[[], None]) -> Callable[..., None]:
    def paint_and_count(*arguments: Any, **keywords: Any) -> None:
        paint(*arguments, **keywords)
        count()

    return paint_and_count


@contextlib.contextmanager
def _counting_layout(count: Callable[[], None] | None) -> Iterator[None]:
    """WeasyPrint tells of each page it has laid out by a log record, and in no other way."""
    if count is None:
        yield
        return
    one_more = count

    class PageCounter(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if isinstance(record.msg, str) and record.msg.startswith("Step 5"):
                one_more()

    handler = PageCounter(logging.INFO)
    logger = logging.getLogger("weasyprint.progress")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _with_background(content: bytes, background: bytes) -> bytes:
    """Each page over the same picture, which is kept once and is no part of what is read aloud."""
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as pdf, pikepdf.open(io.BytesIO(background)) as under:
        picture = pdf.copy_foreign(under.pages[0].as_form_xobject())
        for page in pdf.pages:
            name = page.add_resource(
                picture, pikepdf.Name.XObject, pikepdf.Name(_BACKGROUND), replace_existing=True
            )
            drawn = f"/Artifact BMC q {name} Do Q EMC\n".encode("ascii")
            page.contents_add(drawn, prepend=True)
        finished = io.BytesIO()
        pdf.save(
            finished,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
    return finished.getvalue()


def converse(arguments: list[str], questions: BinaryIO, answers: BinaryIO) -> None:
    """Read a request, answer in frames: progress, documents, and at last an end or an error."""

    def send(kind: bytes, payload: bytes = b"") -> None:
        answers.write(struct.pack(">cQ", kind, len(payload)))
        answers.write(payload)
        answers.flush()

    try:
        limit(int(arguments[0]), float(arguments[1]))
        request = json.loads(questions.read())
        logging.getLogger("weasyprint").propagate = False
        logging.getLogger("weasyprint").addHandler(logging.NullHandler())
        gc.disable()
        typesetter = Typesetter(
            request, lambda done, total: send(b"P", struct.pack(">II", done, total))
        )
        for file in typesetter.files():
            send(b"D", file)
        send(b"Z")
    except Exception as error:
        # The reason could quote the page; it stays here.
        send(b"E", b"memory" if out_of_memory(error) else b"failed")


if __name__ == "__main__":
    # A library that prints must not reach the pipe that carries the frames.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        converse(sys.argv[1:], sys.stdin.buffer, pipe)
    except MemoryError:
        # There was no room left even to say so. The parent reads this signal as "too large".
        os.abort()
