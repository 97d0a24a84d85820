"""Answers as a sheet sends them, on a phone or typed off paper."""

from __future__ import annotations

from flask import request

from kash.evaluations.errors import NotAnAnswer
from kash.evaluations.rules.answers import MOST_QUESTIONS
from kash.platform.database import is_public_id
from kash.platform.web.forms import clean_text
from kash.platform.web.input import CONTROL_CHARACTERS


def sent_answers() -> dict[int, str]:
    """Answers by the places of questions, from 0, as they were sent."""
    return {place: _cleaned(request.form.get(f"q{place}", "")) for place in range(MOST_QUESTIONS)}


def _cleaned(text: str) -> str:
    cleaned = clean_text(text.replace("\r\n", "\n")) or ""
    return CONTROL_CHARACTERS.sub(" ", cleaned)


def sent_nonce() -> str:
    """The mark by which a sheet that is sent twice is known. Raises NotAnAnswer."""
    nonce = request.form.get("sheet", "")
    if not is_public_id(nonce):
        raise NotAnAnswer
    return nonce
