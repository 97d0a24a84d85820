"""Name badges and card certificates: several on a sheet, with marks to cut along.

Pieces that say the same but for their fields share a plate, and each is stamped; a sheet without
its pieces is a plate as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from kash.platform.press.certificate_values import CertificateEntry, CertificateWording
from kash.platform.press.child_process import RenderLimits
from kash.platform.press.letters import LETTERS, SERIAL_LETTERS, letters_beyond
from kash.platform.press.markup import one_line
from kash.platform.press.piece_markup import (
    STYLESHEET,
    Badge,
    badge_markup,
    badge_points,
    card_lines,
    card_markup,
    card_points,
    is_full,
    piece_page,
    sheet_page,
)
from kash.platform.press.piece_stamping import NAME, PieceStamper
from kash.platform.press.plate_store import made_plates, plate_store
from kash.platform.press.qr_symbols import Symbol, qr_symbol
from kash.platform.press.requests import PageRequest
from kash.platform.press.sheet_grids import Grid, SheetFormat
from kash.platform.press.sheet_writing import Piece, SheetWriter

# Portions of those that no plate can set: a child works on one at a time.
_PORTION = 50
# Sheets whose pieces are held at a time.
_AT_ONCE = 50
_SAMPLE_NAME = "Asali"


@dataclass(frozen=True, slots=True)
class _Said:
    """A badge or a card as markup: `look` is what it has in common with those of its plate.

    `texts` are its fields, `samples` a text for each that is as wide as those to come; `points` is
    the size of its name, `alternative` what its code is called if that is its own.
    """

    look: str
    whole: str
    texts: Mapping[str, str]
    samples: tuple[tuple[str, str], ...]
    points: float
    qr: str
    alternative: str = ""


def badges(
    people: Sequence[Badge],
    *,
    title: str,
    language: str,
    sheet: SheetFormat = "A4",
    dated: datetime | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """Badges of 90 by 55 mm: ten on A4, eight on letter, four on A5.

    `title` is the file's, and neutral.
    """
    said = [_badge(one) for one in people]
    piles = groupby(zip(people, said, strict=True), lambda both: both[0].pile)
    return _Printing(Grid(sheet, 90, 55), "badge", title, language, dated).made(
        [[one for _badge, one in pile] for _pile, pile in piles], limits
    )


def cards(
    wording: CertificateWording,
    entries: Sequence[CertificateEntry],
    *,
    language: str,
    sheet: SheetFormat = "A4",
    dated: datetime | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """Certificates to carry, of 85 by 54 mm: ten on A4, eight on letter, four on A5."""
    said = [_card(wording, entry) for entry in entries]
    courses = dict.fromkeys(one.course_title for one in entries if one.course_title)
    title = " – ".join([wording.heading, *courses])
    return _Printing(Grid(sheet, 85, 54), "card", title, language, dated).made(
        [said] if said else [], limits
    )


def _badge(badge: Badge) -> _Said:
    texts = {NAME: badge.name}
    samples = {NAME: _SAMPLE_NAME}
    if badge.role or badge.number:
        texts |= {"role": badge.role, "number": badge.number}
        samples |= {"role": "A-00", "number": "0000"}
    sample = replace(
        badge,
        name=_SAMPLE_NAME,
        role=samples.get("role", ""),
        number=samples.get("number", ""),
        qr=badge.qr and "QR",
    )
    marked = badge_markup(sample, badge_points(sample), plate=True)
    return _Said(
        marked,
        badge_markup(badge, badge_points(badge), plate=False),
        texts,
        tuple(samples.items()),
        badge_points(badge),
        badge.qr,
        badge.number or "QR",
    )


def _card(wording: CertificateWording, entry: CertificateEntry) -> _Said:
    lines = card_lines(entry)
    # Figures are all of one width, so lines that differ in nothing else are of one as well.
    alike = {name: re.sub(r"\d", "0", line) for name, line in lines.items()}
    sample = replace(
        entry,
        printed_name=_SAMPLE_NAME,
        serial="0A1B-2C3D",
        qr="QR",
        date_text=alike.get("date", ""),
        hours_text=alike.get("hours", ""),
        expires_text=alike.get("expires", ""),
    )
    full = is_full(entry)
    return _Said(
        card_markup(wording, sample, full=full, plate=True),
        card_markup(wording, entry, full=full, plate=False),
        {NAME: entry.printed_name, "serial": entry.serial, **lines},
        ((NAME, _SAMPLE_NAME), ("serial", sample.serial), *alike.items()),
        card_points(entry, full=full),
        entry.qr,
    )


@dataclass(frozen=True, slots=True)
class _Printing:
    """Printing of one file: all that its sheets have in common."""

    grid: Grid
    kind: str
    title: str
    language: str
    dated: datetime | None

    def made(self, piles: Sequence[Sequence[_Said]], limits: RenderLimits | None) -> bytes:
        """The file. Piles never share a sheet."""
        each = self.grid.places
        sheets = [pile[at : at + each] for pile in piles for at in range(0, len(pile), each)]
        if not sheets:
            raise ValueError("there is nothing to print")
        everyone = [one for sheet in sheets for one in sheet]
        bounds = limits or RenderLimits(seconds=60 + 0.05 * len(everyone))
        looks = list({one.look: one for one in everyone}.values())
        counts = sorted({len(sheet) for sheet in sheets})
        requests = [self._sheet_request(count) for count in counts]
        requests += [self._look_request(look, everyone) for look in looks]
        made = plate_store.stampers(requests, STYLESHEET, bounds)
        under = dict(zip(counts, (one.plate for one in made), strict=False))
        stampers = {
            look.look: PieceStamper(one.plate, dict(look.samples))
            for look, one in zip(looks, made[len(counts) :], strict=True)
        }
        writer = SheetWriter(under[len(sheets[0])])
        parts: list[bytes] = []
        for at in range(0, len(sheets), _AT_ONCE):
            portion = sheets[at : at + _AT_ONCE]
            pieces = self._pieces([one for sheet in portion for one in sheet], stampers, bounds)
            for sheet in portion:
                on_it = [
                    replace(next(pieces), corner=corner)
                    for corner, _one in zip(self.grid.lower_corners, sheet, strict=False)
                ]
                parts += writer.add_sheet(under[len(sheet)], on_it)
        return b"".join(parts + writer.end())

    def _pieces(
        self, said: Sequence[_Said], stampers: Mapping[str, PieceStamper], limits: RenderLimits
    ) -> Iterator[Piece]:
        """A piece for each, in order. Whoever the plate can't set is set by the layout engine."""
        codes = [qr_symbol(one.qr) if one.qr else None for one in said]
        contents = [
            stampers[one.look].content(one.texts, one.points, code)
            for one, code in zip(said, codes, strict=True)
        ]
        others = self._set_whole(
            [
                (one, code)
                for one, code, content in zip(said, codes, contents, strict=True)
                if content is None
            ],
            limits,
        )
        for one, content in zip(said, contents, strict=True):
            if content is None:
                yield next(others)
            else:
                yield Piece(stampers[one.look].plate, content, (0, 0), one.alternative)

    def _set_whole(
        self, said: Sequence[tuple[_Said, Symbol | None]], limits: RenderLimits
    ) -> Iterator[Piece]:
        """Pieces that the layout engine sets from beginning to end; only the code is stamped."""
        for at in range(0, len(said), _PORTION):
            portion = said[at : at + _PORTION]
            requests = [
                self._request(
                    one.whole,
                    hidden={"qr": ""},
                    drawn={name: one_line(text) for name, text in one.texts.items()},
                    learned={},
                )
                for one, _code in portion
            ]
            plates = made_plates(requests, STYLESHEET, limits)
            for (_one, code), plate in zip(portion, plates, strict=True):
                content = PieceStamper(plate, {}).code_only(code)
                yield Piece(plate, content, (0, 0))

    def _sheet_request(self, pieces: int) -> PageRequest:
        markup = sheet_page(
            self.grid, pieces, title=self.title, language=self.language, dated=self.dated
        )
        return self._page_request(markup, hidden={}, drawn={}, learned={})

    def _look_request(self, look: _Said, everyone: Sequence[_Said]) -> PageRequest:
        alike = [one for one in everyone if one.look == look.look]
        learned = {}
        for name, sample in look.samples:
            usual = LETTERS if name == NAME else SERIAL_LETTERS
            used = {one_line(one.texts[name]) for one in alike}
            learned[name] = [*usual, *letters_beyond(usual, {sample, *used})]
        return self._request(
            look.look, hidden={**dict(look.samples), "qr": ""}, drawn={}, learned=learned
        )

    def _request(
        self,
        inside: str,
        *,
        hidden: dict[str, str],
        drawn: dict[str, str],
        learned: dict[str, list[str]],
    ) -> PageRequest:
        markup = piece_page(self.grid, inside, self.kind, self.language)
        return self._page_request(markup, hidden=hidden, drawn=drawn, learned=learned)

    def _page_request(
        self,
        markup: str,
        *,
        hidden: dict[str, str],
        drawn: dict[str, str],
        learned: dict[str, list[str]],
    ) -> PageRequest:
        return PageRequest(
            markup=markup,
            hidden=hidden,
            drawn=drawn,
            learned=learned,
            words=[],
            language=self.language,
            zoom=1.0,
            margin="",
        )
