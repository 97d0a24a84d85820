"""Photos of filled answer sheets, as a cheap phone would take them: drawn, not taken.

A sheet comes from the press itself. Pens and pencils mark it, it is bent, photographed from a hand
that shakes, under a lamp that throws shadows, and sent as a JPEG that somebody made small. What was
meant on each row is known, so that what is read can be held against it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from benchmarks.answer_marks import PAPER_FINE, Pen
from kash.assessments.sheets.layout import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Corner,
    Point,
    SheetLayout,
    code_box,
    pages_of,
    projected,
    projection_of,
)
from kash.assessments.sheets.markup import (
    BubbleRow,
    PrintedAnswerSheet,
    SaidTwice,
    SheetWording,
    answer_sheets,
)

_DESK = 30.0
_CELLS = (18, 24)
_PHOTOS = ((1200, 1600), (1500, 2000), (1920, 2560))

WORDING = SheetWording(
    title="Working Together",
    line="Before the workshop · Sample Centre · 17 November 2026",
    name_line=SaidTwice((("en", "Your name or badge"), ("sw", "Jina lako au beji"))),
    fill=SaidTwice((("en", "Fill the circle of your answer."), ("sw", "Jaza duara la jibu lako."))),
    not_so=SaidTwice((("en", "Not like these."), ("sw", "Si hivi."))),
    changed=SaidTwice((("en", "Changed your mind? Cross it out."), ("sw", "Futa kwa mkato."))),
    keep=SaidTwice((("en", "All four corners in the photo."), ("sw", "Pembe zote nne."))),
    sheet_number="Sheet",
    corner="Sheet code",
)


@dataclass(frozen=True)
class Paper:
    """An empty sheet of one page: its id, its layout and its picture.

    A copier prints it smaller and off its place, by these shares and pixels.
    """

    sheet: str
    layout: SheetLayout
    picture: Image.Image
    shrunk: float = 1.0
    moved: Point = (0.0, 0.0)

    def pixel(self, place: Point) -> Point:
        """The place on the picture of one of the layout, given in millimetres."""
        fine = PAPER_FINE * self.shrunk
        return place[0] * fine + self.moved[0], place[1] * fine + self.moved[1]


def papers(ids: Sequence[str], options: Sequence[int], page: int = 1) -> list[Paper]:
    """Empty sheets with so many bubbles in each row, as the press draws them: this page of each."""
    rows = [BubbleRow(at, "ABCDE"[:count]) for at, count in enumerate(options, 1)]
    layouts = pages_of(options)
    pdf = answer_sheets(
        rows,
        [PrintedAnswerSheet(one) for one in ids],
        WORDING,
        file_title="Answer sheets",
        language="en",
    )
    with pypdfium2.PdfDocument(pdf) as document:
        wanted = range(page - 1, len(document), len(layouts))
        drawn = [document[at].render(scale=PAPER_FINE * 25.4 / 72, grayscale=True) for at in wanted]
        return [
            Paper(one, layouts[page - 1], bitmap.to_pil().convert("L"))
            for one, bitmap in zip(ids, drawn, strict=True)
        ]


# --- Marks ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meant:
    """The marks that were meant on a row. `plain` if whoever reads it needs not be asked."""

    kind: str
    marks: tuple[int, ...]
    plain: bool


# How often each way of answering is met among a thousand rows.
WAYS: Mapping[str, int] = {
    "filled": 380,
    "scribbled": 270,
    "crossed": 150,
    "half": 70,
    "hatched": 65,
    "blank": 25,
    "double": 20,
    "corrected": 5,
    "faint": 5,
    "ticked": 4,
    "dotted": 2,
    "ringed": 2,
    "erased": 2,
}
PLAIN = frozenset({"filled", "scribbled", "crossed", "half", "hatched"})


def marked(
    paper: Paper, random: Random, ways: Mapping[str, int] = WAYS
) -> tuple[Image.Image, list[Meant]]:
    """The paper with a way of answering drawn for each row, all by one hand with one pen."""
    picture = paper.picture.copy()
    pen = Pen(random)
    meant: list[Meant] = []
    for column in paper.layout.columns:
        for row in column.rows:
            (way,) = random.choices(list(ways), list(ways.values()))
            places = [paper.pixel((x, row.y)) for x in row.bubbles]
            chosen = random.randrange(len(places))
            other = (chosen + 1 + random.randrange(len(places) - 1)) % len(places)
            if way == "double":
                for at in (chosen, other):
                    pen.draw(picture, places[at], random.choice(["filled", "scribbled", "crossed"]))
                meant.append(Meant(way, tuple(sorted((chosen, other))), False))
                continue
            if way in ("corrected", "erased"):
                pen.draw(picture, places[other], "filled" if way == "erased" else "scribbled", way)
                pen.draw(picture, places[chosen], "filled")
            elif way != "blank":
                pen.draw(picture, places[chosen], way)
            meant.append(Meant(way, () if way == "blank" else (chosen,), way in PLAIN))
    return picture, meant


def copied(paper: Paper, random: Random) -> Paper:
    """An empty sheet as an old copier gives it back: a little smaller, thicker, with specks."""
    picture, shrunk = paper.picture, random.uniform(0.975, 1.0)
    size = (round(picture.width * shrunk), round(picture.height * shrunk))
    copy = Image.new("L", picture.size, 250)
    moved = (random.randint(0, 30), random.randint(0, 30))
    copy.paste(picture.resize(size), moved)
    copy = copy.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.GaussianBlur(0.7))
    copy = copy.point([60 + level * 185 // 255 for level in range(256)])
    specks = ImageDraw.Draw(copy)
    for _ in range(60):
        x, y = random.uniform(0, copy.width), random.uniform(0, copy.height)
        wide = random.uniform(0.5, 2.5)
        specks.ellipse((x, y, x + wide, y + wide), fill=random.randint(60, 160))
    return replace(paper, picture=copy, shrunk=shrunk, moved=moved)


# --- The photo --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """The way a photo is taken. Angles in radians, lengths in millimetres, blur in pixels."""

    size: tuple[int, int] = (1500, 2000)
    turn: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)
    filling: float = 0.9
    bend: tuple[float, float] = (0.0, 0.0)
    bend_at: float = 0.5
    light: float = 0.9
    shadow: float = 0.0
    blur: float = 0.4
    shaken: float = 0.0
    noise: float = 4.0
    quality: int = 75
    torn: tuple[Corner, ...] = ()
    copied: bool = False


def scene(random: Random) -> Scene:
    """A photo as people take them: mostly passable, seldom good."""
    size = random.choice(_PHOTOS)
    sharp = size[1] / 2000
    return Scene(
        size=size,
        turn=random.gauss(0, 0.07) + random.choice((0, 0, 0, 0, 0, math.pi / 2, math.pi)),
        tilt=(random.gauss(0, 0.14), random.gauss(0, 0.14)),
        filling=random.uniform(0.72, 0.95),
        bend=(random.gauss(0, 5), random.gauss(0, 5)),
        bend_at=random.uniform(0.2, 0.8),
        light=random.uniform(0.5, 0.98),
        shadow=random.uniform(0, 0.55),
        blur=random.uniform(0.2, 1.3) * sharp,
        shaken=max(0.0, random.gauss(0, 1.2)) * sharp,
        noise=random.uniform(1, 11),
        quality=random.randint(35, 85),
        torn=(random.choice(list(Corner)),) if random.random() < 0.05 else (),
        copied=random.random() < 0.1,
    )


def photo(picture: Image.Image, how: Scene, random: Random) -> bytes:
    """A marked sheet as a photo, as JPEG."""
    taken = _seen(_on_desk(picture, how, random), how)
    taken = _lit(taken, how, random)
    taken = taken.filter(ImageFilter.GaussianBlur(how.blur))
    if how.shaken >= 1:
        taken = taken.filter(_shake(how, random))
    out = io.BytesIO()
    _noisy(taken, how.noise, random).save(out, "JPEG", quality=how.quality)
    return out.getvalue()


def _on_desk(picture: Image.Image, how: Scene, random: Random) -> Image.Image:
    margin = round(_DESK * PAPER_FINE)
    desk = Image.new("L", (picture.width + 2 * margin, picture.height + 2 * margin), 95)
    grain = ImageDraw.Draw(desk)
    for y in range(0, desk.height, 9):
        grain.line((0, y, desk.width, y + random.randint(-20, 20)), random.randint(70, 130), 5)
    desk.paste(picture, (margin, margin))
    for corner in how.torn:
        left, top = code_box(corner)
        x = margin if left < PAGE_WIDTH / 2 else desk.width - margin
        y = margin if top < PAGE_HEIGHT / 2 else desk.height - margin
        reach = (26 + random.uniform(0, 12)) * PAPER_FINE
        inwards = (1 if x == margin else -1, 1 if y == margin else -1)
        grain.polygon(
            [
                (x - 2 * inwards[0], y - 2 * inwards[1]),
                (x + reach * inwards[0], y - 2 * inwards[1]),
                (x - 2 * inwards[0], y + reach * inwards[1]),
            ],
            fill=95,
        )
    return desk


def _seen(desk: Image.Image, how: Scene) -> Image.Image:
    """The desk through the camera. The paper's height above it bends what is seen."""
    width, height = how.size
    away = 420.0
    across = PAGE_WIDTH if abs(math.sin(how.turn)) < 0.7 else PAGE_HEIGHT
    down = PAGE_HEIGHT if across == PAGE_WIDTH else PAGE_WIDTH
    zoom = min(width / across, height / down) * how.filling

    def shown(x: float, y: float, z: float) -> Point:
        x, y = x - PAGE_WIDTH / 2, y - PAGE_HEIGHT / 2
        x, y = (
            x * math.cos(how.turn) - y * math.sin(how.turn),
            x * math.sin(how.turn) + y * math.cos(how.turn),
        )
        z, x = (
            z * math.cos(how.tilt[0]) - x * math.sin(how.tilt[0]),
            z * math.sin(how.tilt[0]) + x * math.cos(how.tilt[0]),
        )
        z, y = (
            z * math.cos(how.tilt[1]) - y * math.sin(how.tilt[1]),
            z * math.sin(how.tilt[1]) + y * math.cos(how.tilt[1]),
        )
        nearer = away / (away - z)
        return width / 2 + x * zoom * nearer, height / 2 + y * zoom * nearer

    def bent(x: float, y: float) -> Point:
        u, v = x / PAGE_WIDTH, y / PAGE_HEIGHT
        z = how.bend[0] * math.sin(math.pi * (u + how.bend_at)) * 1.2
        z += how.bend[1] * math.sin(math.pi * (v + how.bend_at) * 1.3 + u)
        return shown(x, y, z)

    corners = [(x, y) for x in (0.0, PAGE_WIDTH) for y in (0.0, PAGE_HEIGHT)]
    flat = projection_of([(shown(x, y, 0), (x, y)) for x, y in corners])

    def paper_at(u: float, v: float) -> Point:
        x, y = projected(flat, (u, v))
        for _ in range(6):
            seen = bent(x, y)
            there = projected(flat, seen)
            wanted = projected(flat, (u, v))
            x, y = x + wanted[0] - there[0], y + wanted[1] - there[1]
        return (x + _DESK) * PAPER_FINE, (y + _DESK) * PAPER_FINE

    columns, rows = _CELLS
    xs = [round(width * at / columns) for at in range(columns + 1)]
    ys = [round(height * at / rows) for at in range(rows + 1)]
    grid = {(x, y): paper_at(x, y) for x in xs for y in ys}
    mesh = [
        (
            (left, top, right, low),
            (*grid[left, top], *grid[left, low], *grid[right, low], *grid[right, top]),
        )
        for left, right in pairwise(xs)
        for top, low in pairwise(ys)
    ]
    return desk.transform(
        how.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=90
    )


def _lit(taken: Image.Image, how: Scene, random: Random) -> Image.Image:
    lamp = Image.new("L", (4, 5))
    lamp.putdata([round(255 * how.light * random.uniform(0.72, 1.0)) for _ in range(20)])
    light = lamp.resize(taken.size, Image.Resampling.BICUBIC)
    if how.shadow > 0.1:
        dark = Image.new("L", taken.size, 255)
        x, y = random.uniform(0, taken.width), random.uniform(0, taken.height)
        reach = max(taken.size)
        angle = random.uniform(0, 2 * math.pi)
        side = (math.cos(angle) * reach, math.sin(angle) * reach)
        ImageDraw.Draw(dark).polygon(
            [
                (x - side[0], y - side[1]),
                (x + side[0], y + side[1]),
                (x + side[0] - side[1], y + side[1] + side[0]),
                (x - side[0] - side[1], y - side[1] + side[0]),
            ],
            fill=round(255 * (1 - how.shadow)),
        )
        small = dark.resize((taken.width // 4, taken.height // 4), Image.Resampling.BOX)
        small = small.filter(ImageFilter.GaussianBlur(random.uniform(1, 12)))
        light = ImageChops.multiply(light, small.resize(taken.size))
    # Nothing in a room is quite black.
    return ImageChops.multiply(taken, light).point(
        [18 + level * 237 // 255 for level in range(256)]
    )


def _shake(how: Scene, random: Random) -> ImageFilter.Kernel:
    angle = random.uniform(0, math.pi)
    weights = [0.0] * 25
    for at in range(-8, 9):
        along = at / 8 * min(2.0, how.shaken)
        x, y = round(2 + along * math.cos(angle)), round(2 + along * math.sin(angle))
        weights[y * 5 + x] += 1
    return ImageFilter.Kernel((5, 5), weights)


def _noisy(taken: Image.Image, strength: float, random: Random) -> Image.Image:
    """`strength` is the standard deviation of each pixel, of 255 levels."""
    for _ in range(2):
        grain = Image.frombytes("L", taken.size, random.randbytes(taken.width * taken.height))
        reach = strength * 1.22
        grain = grain.point([round(128 + (level - 127.5) / 127.5 * reach) for level in range(256)])
        taken = ImageChops.add(taken, grain, 1.0, -128)
    return taken
