"""Pictures of signed sheets, and whose sheet a code names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from kash.attendance.models import Sheet, SheetScan
from kash.platform.database import db
from kash.platform.web.errors import one_or_404


@dataclass(frozen=True)
class ScanLine:
    """A picture of a signed page; `sheet` is its sheet's public id, empty while nobody knows."""

    public_id: str
    sheet: str
    found_by: str
    width: int
    height: int
    uploaded_at: datetime


def scans_of(register_id: int, sheet: str = "") -> list[ScanLine]:
    """The pictures of one sheet, or those that belong to no sheet yet."""
    statement = (
        select(
            SheetScan.public_id,
            func.coalesce(Sheet.public_id, ""),
            SheetScan.found_by,
            SheetScan.width,
            SheetScan.height,
            SheetScan.uploaded_at,
        )
        .outerjoin(Sheet, Sheet.id == SheetScan.sheet_id)
        .where(SheetScan.register_id == register_id)
        .order_by(SheetScan.id)
    )
    statement = (
        statement.where(Sheet.public_id == sheet)
        if sheet
        else statement.where(SheetScan.sheet_id.is_(None))
    )
    return [ScanLine(*row) for row in db.session.execute(statement)]


def scan_of(register_id: int, public_id: str) -> ScanLine:
    """One picture. Raises NotFound."""
    row = one_or_404(
        db.session.execute(
            select(
                SheetScan.public_id,
                func.coalesce(Sheet.public_id, ""),
                SheetScan.found_by,
                SheetScan.width,
                SheetScan.height,
                SheetScan.uploaded_at,
            )
            .outerjoin(Sheet, Sheet.id == SheetScan.sheet_id)
            .where(SheetScan.register_id == register_id, SheetScan.public_id == public_id)
        ).first()
    )
    return ScanLine(*row)


def registers_of_sheets(public_ids: Sequence[str]) -> dict[str, int]:
    """{a sheet's public id: the key of its register}, for codes that were read off paper."""
    return {
        row.public_id: row.register_id
        for row in db.session.execute(
            select(Sheet.public_id, Sheet.register_id).where(Sheet.public_id.in_(public_ids))
        )
    }
