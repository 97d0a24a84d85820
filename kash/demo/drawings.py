"""A logo, a seal, marks and signatures for the sample, drawn by rule and belonging to nobody."""

from __future__ import annotations

import io
import itertools
import math
from typing import Any

LAKE, OCHRE, CLAY, INK = "#0a5463", "#e3a32f", "#b9482d", "#17201f"
# Drawn so much larger, and made small at the end, so that edges are smooth.
_OVER = 4


def _sheet(width: int, height: int, ground: Any = (0, 0, 0, 0)) -> tuple[Any, Any]:
    from PIL import Image, ImageDraw

    sheet = Image.new("RGBA", (width * _OVER, height * _OVER), ground)
    return sheet, ImageDraw.Draw(sheet)


def _png(sheet: Any) -> bytes:
    from PIL import Image

    made = io.BytesIO()
    size = (sheet.width // _OVER, sheet.height // _OVER)
    sheet.resize(size, Image.Resampling.LANCZOS).save(made, "PNG")
    return made.getvalue()


def _sun(draw: Any, x: float, y: float, radius: float, sun: str, water: str) -> None:
    """A sun over two waves, around a point."""
    draw.pieslice((x - radius, y - radius, x + radius, y + radius), 180, 360, fill=sun)
    for line in (1, 2):
        level = y + radius * (0.18 + 0.3 * line)
        points = [
            (x - radius + step / 40 * 2 * radius, level + radius * 0.09 * math.sin(step / 40 * 25))
            for step in range(41)
        ]
        draw.line(points, fill=water, width=round(radius * 0.13), joint="curve")


def logo() -> bytes:
    """A disc with the sun over the lake."""
    sheet, draw = _sheet(240, 240)
    side = sheet.width
    draw.ellipse((8, 8, side - 8, side - 8), fill=LAKE)
    draw.ellipse((36, 36, side - 36, side - 36), outline="#f4ead6", width=8)
    _sun(draw, side / 2, side * 0.52, side * 0.25, OCHRE, "#f4ead6")
    return _png(sheet)


def seal() -> bytes:
    """A round seal with a scalloped edge."""
    sheet, draw = _sheet(320, 320)
    middle = sheet.width / 2
    edge = [
        (
            middle + (middle - 18 + 14 * math.cos(48 * angle)) * math.cos(angle),
            middle + (middle - 18 + 14 * math.cos(48 * angle)) * math.sin(angle),
        )
        for angle in (step * math.tau / 1440 for step in range(1440))
    ]
    draw.polygon(edge, fill=CLAY)
    for inset, width in ((70, 8), (98, 4), (210, 4)):
        box = (inset, inset, sheet.width - inset, sheet.width - inset)
        draw.ellipse(box, outline="#fffaf0", width=width)
    for step in range(36):
        angle = step * math.tau / 36
        x, y = middle + 472 * math.cos(angle), middle + 472 * math.sin(angle)
        draw.regular_polygon((x, y, 17), 4, rotation=-math.degrees(angle), fill="#fffaf0")
    _sun(draw, middle, middle * 1.08, middle * 0.42, "#fffaf0", "#fffaf0")
    return _png(sheet)


def mark(number: int) -> bytes:
    """A mark of a funder: a plain sign and two bars in place of a name."""
    sheet, draw = _sheet(320, 100)
    colours = ((LAKE, OCHRE), (CLAY, INK))[number % 2]
    if number % 2:
        for step in range(3):
            left = 24 + step * 96
            draw.rectangle((left, 260 - step * 100, left + 70, 360), fill=colours[step % 2])
    else:
        draw.ellipse((20, 30, 340, 350), outline=colours[0], width=36)
        draw.ellipse((125, 135, 235, 245), fill=colours[1])
    draw.rectangle((420, 120, 1200, 190), fill=INK)
    draw.rectangle((420, 230, 960, 275), fill="#7d8784")
    return _png(sheet)


def signature(seed: int) -> bytes:
    """Strokes of a pen on white paper, each seed another hand; nobody's name."""
    sheet, draw = _sheet(640, 200, "white")
    pace, lean = 21 + 3.1 * (seed % 5), 0.42 + 0.05 * (seed % 4)
    points = []
    for step in range(900):
        share = step / 900
        tall = 230 * math.exp(-6 * share) + 70 + 55 * math.sin(3.3 * seed + 9 * share)
        turn = pace * share * math.tau / 2.2 + 0.6 * math.sin(7 * share + seed)
        rise = math.sin(turn) * tall * (0.55 + 0.45 * math.sin(2.2 * seed + 14 * share))
        x = 180 + share * 1650 + lean * rise + 62 * math.cos(turn + seed)
        points.append((x, 470 - rise - 40 * share))
    flourish = [
        (330 + share * 1900, 640 - 95 * math.sin(share * 2.4 + 0.3 * seed))
        for share in (step / 200 for step in range(200))
    ]
    for line, wide in ((points, 13), (flourish, 10)):
        for before, after in itertools.pairwise(line):
            pressure = 1.0 + 0.55 * (after[1] > before[1])
            draw.line((before, after), fill=INK, width=round(wide * pressure))
            draw.ellipse((after[0] - 5, after[1] - 5, after[0] + 5, after[1] + 5), fill=INK)
    return _png(sheet)


def paper(title: str, lines: int, form: str = "PDF") -> bytes:
    """A page of A4 as a file of Pillow's form: a title, and ruled lines to write on."""
    from PIL import Image, ImageDraw, ImageFont

    sheet = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((120, 140), title, fill=INK, font=ImageFont.load_default(size=44))
    for line in range(lines):
        height = 300 + line * 90
        draw.line(((120, height), (1120, height)), fill=LAKE, width=2)
    made = io.BytesIO()
    sheet.save(made, form, resolution=150)
    return made.getvalue()
