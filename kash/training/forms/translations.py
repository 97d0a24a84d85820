"""Pages on which a translation is written, each field beside the source that it is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import Field as FormField

from kash.platform.web import KashForm
from kash.platform.web.row_versions import number_shown
from kash.training.forms.fields import form_of
from kash.training.rules.comparison import RowPair
from kash.training.rules.fields import OBJECTIVE, Field
from kash.training.rules.nodes import CourseNode, Key
from kash.training.rules.objectives import unseen_words
from kash.training.rules.texts import FieldText
from kash.training.rules.translations import TranslationGap, fingerprint, gap

# The page's one token stands in its first form; WTForms need not look for more.
_INNER = {"csrf": False}


@dataclass
class FieldPart:
    """A field on the page: as the source words it, and the field in which it is translated.

    `gap` is what the saved text lacks. `made_from` is the fingerprint of the source that is shown.
    """

    declared: Field
    source: str
    written: FormField
    gap: TranslationGap | None
    made_from: str
    right: bool

    @property
    def name(self) -> str:
        """Its name, before which and after which those of its marks stand."""
        return str(self.written.name)


@dataclass
class RowWordsPart:
    """A row on the page. `saved` is what someone else saved meanwhile, by the names of fields."""

    pair: RowPair
    number: int
    form: KashForm
    fields: list[FieldPart]
    saved: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """The kind and the lineage of the row."""
        return self.pair.node.key

    @property
    def unseen(self) -> tuple[str, ...]:
        """Words of an objective that nobody can observe."""
        if self.key[0] != OBJECTIVE.name:
            return ()
        return unseen_words(self.form["text"].data)


class WordsPage:
    """The forms of rows that both a translation and its source have.

    `pairs` are those rows, `row_version` the number that guards them against two savers. `alone`
    are rows that only the source has, `extra` those that only the translation has.
    """

    def __init__(self, pairs: Iterable[RowPair], row_version: int) -> None:
        given = list(pairs)
        self.row_version = row_version
        self.alone = [pair.node for pair in given if pair.removed]
        self.extra = [pair.node for pair in given if pair.added]
        self.rows: list[RowWordsPart] = []
        numbers: dict[str, int] = {}
        for pair in given:
            if pair.before is not None and pair.after is not None:
                kind = pair.after.kind
                numbers[kind] = numbers.get(kind, 0) + 1
                part = _part(pair, pair.before, pair.after, numbers[kind])
                if part.fields:
                    self.rows.append(part)

    @property
    def row_version_read(self) -> int:
        """The row version from which the page was filled; 0, which nothing has, if unreadable."""
        return number_shown(request.form.get("row_version", ""))

    def validate(self) -> bool:
        """Check everything, so that all that is wrong is said at once."""
        answers = [row.form.validate() for row in self.rows]
        return all(answers)

    @property
    def wrong_fields(self) -> Iterator[tuple[str, FormField]]:
        """Every field with an error, each with the row it is in."""
        for row in self.rows:
            place = f"{_(row.pair.node.declared.label)} {row.number}"
            for each in row.form:
                if each.errors:
                    yield place, each

    def words(self) -> dict[Key, dict[str, FieldText]]:
        """All that was written, as services take it."""
        return {
            row.key: {
                part.declared.name: FieldText(part.written.data, _sent(part, "from"), part.right)
                for part in row.fields
            }
            for row in self.rows
        }

    def compare(self) -> bool:
        """Note beside each field what is saved by now where it differs from what was typed. True
        if anything does; if not, the same page was only sent twice."""
        for row in self.rows:
            saved = row.pair.node.fields
            row.saved = {
                part.declared.name: saved[part.declared.name]
                for part in row.fields
                if part.written.data != saved[part.declared.name]
            }
        return any(row.saved for row in self.rows)


def _part(pair: RowPair, source: CourseNode, translation: CourseNode, number: int) -> RowWordsPart:
    kind = translation.declared
    prefix = f"{kind.name}-{translation.lineage}-"
    form = form_of(kind, needed=False)(prefix=prefix, data=dict(translation.fields), meta=_INNER)
    fields = [
        FieldPart(
            each,
            str(source[each.name]),
            form[each.name],
            gap(each, source, translation),
            fingerprint(source[each.name]),
            f"{prefix}{each.name}-right" in request.form,
        )
        for each in kind
        if each.translated and (source[each.name] or translation[each.name])
    ]
    return RowWordsPart(pair, number, form, fields)


def _sent(part: FieldPart, mark: str) -> str:
    return request.form.get(f"{part.name}-{mark}", "")
