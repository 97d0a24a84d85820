"""Addresses that a page may load: what it brings along, and the press's own pictures. Nothing
else."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from PIL import Image
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

ASSETS = Path(__file__).parents[1] / "assets"
# What an A3 page takes at 600 dots an inch is twice this; a phone's photo is a third of it.
MOST_PIXELS = 36_000_000
_ASSET = re.compile(r"press:([a-z]+\.(?:css|svg))")
_TYPES = {"css": "text/css", "svg": "image/svg+xml"}


class PictureTooLargeError(FatalURLFetchingError):
    """A picture has more pixels than may be unpacked. Other refusals leave a picture out."""


class OwnAssetsOnly(URLFetcher):
    """Serves `data:` and the press's own assets; refuses every other address."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        asset = _ASSET.fullmatch(url)
        if asset is None:
            return _measured(super().fetch(url, headers))
        content = (ASSETS / asset[1]).read_bytes()
        kind = _TYPES[asset[1].rpartition(".")[2]]
        return URLFetcherResponse(url, content, {"Content-Type": kind})


def _measured(response: Any) -> Any:
    content = response.read()
    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
    except Image.DecompressionBombError:
        width = height = MOST_PIXELS
    except (OSError, ValueError, SyntaxError):
        width = height = 0
    if width * height > MOST_PIXELS:
        raise PictureTooLargeError
    return URLFetcherResponse(
        response.url, content, {"Content-Type": str(response.headers["Content-Type"])}
    )
