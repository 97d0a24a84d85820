"""Sets paged documents."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from kash.platform.press.typesetting import marks, tagging
from kash.platform.press.typesetting.addresses import ASSETS, OwnAssetsOnly

_BACKGROUND = "/KashBackground"


class Typesetter:
    """Lays out markup by one stylesheet. `stylesheet` is the name of an asset, or empty."""

    def __init__(self, stylesheet: str) -> None:
        self.fonts = FontConfiguration()
        self._fetcher = OwnAssetsOnly()
        self._stylesheets = []
        if stylesheet:
            self._stylesheets.append(self.stylesheet((ASSETS / stylesheet).read_text("utf-8")))

    def stylesheet(self, rules: str) -> Any:
        """Rules of style for pages that are set here."""
        return CSS(
            string=rules, base_url="press:", url_fetcher=self._fetcher, font_config=self.fonts
        )

    def page(self, markup: str) -> HTML:
        """The markup as a tree, whose elements may be changed before it is laid out."""
        return HTML(string=markup, base_url="press:", url_fetcher=self._fetcher)

    def lay_out(self, page: HTML, *more: Any) -> Any:
        """The page or pages, laid out and not drawn."""
        document = self._rendered(page, more)
        if marks.set_in_other_fonts(document):
            document = self._rendered(page, more)
        tagging.set_decoration_apart(document)
        return document

    def _rendered(self, page: HTML, more: Iterable[Any]) -> Any:
        # Tags are asked for here as well: layout keeps what they need only if it knows.
        return page.render(
            font_config=self.fonts, stylesheets=[*self._stylesheets, *more], pdf_tags=True
        )

    def document(self, markup: str, background: str = "") -> bytes:
        """A tagged document as PDF, over a picture of another page if there is one."""
        under = b""
        if background:
            under = self.lay_out(self.page(background)).write_pdf()
        digest = hashlib.sha256(markup.encode("utf-8") + under).digest()
        written: bytes = self.lay_out(self.page(markup)).write_pdf(
            pdf_identifier=digest[:16], pdf_variant="pdf/ua-1"
        )
        return _with_background(written, under) if under else written


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
