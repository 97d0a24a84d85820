"""Figures as the paper of a statement tells them."""

from __future__ import annotations

from kash.statements.models import FrozenFigure, Statement
from kash.statements.rules.papers import PrintedFigure, paper


def printed(statement: Statement) -> list[PrintedFigure]:
    """All figures of a statement, in their order."""
    return [_printed(one) for one in statement.figures]


def _printed(figure: FrozenFigure) -> PrintedFigure:
    return PrintedFigure(
        line=figure.line,
        place=figure.in_place,
        label=figure.label,
        value=figure.value,
        starred=figure.starred,
        title=figure.title,
        definition=figure.definition,
        version=figure.version,
        inputs=figure.inputs,
    )


def document_of(statement: Statement) -> str:
    """The document of a statement that leaves, to the last letter; it has its day and code."""
    sent = statement.sent_at
    head = {
        "statement": statement.public_id,
        "funder": statement.funder.name,
        "period": statement.period,
        "police_only": statement.police_only,
        "frozen": statement.frozen_at.isoformat(timespec="seconds"),
        "sent": sent.isoformat(timespec="seconds") if sent else "",
        "audit": statement.head_code,
    }
    return paper(head, printed(statement))
