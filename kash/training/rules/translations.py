"""Translations: which fields of a version are missing or stale beside the version they are of."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from kash.training.rules.fields import PLAN, Field, FieldKind, Value
from kash.training.rules.nodes import CourseNode, by_key

# No version has it: the text of a field that nobody has ever compared.
_HEXADECIMAL = frozenset("0123456789abcdef")


class TranslationGap(StrEnum):
    """State of a field of a translation that somebody must look at."""

    MISSING = "missing"
    STALE = "stale"


def fingerprint(text: Value) -> str:
    """16 hexadecimal digits of SHA-256 by which a text is known again."""
    return hashlib.sha256(str(text or "").encode()).hexdigest()[:16]


def is_fingerprint(text: str) -> bool:
    """True if a text has the shape of a fingerprint."""
    return len(text) == 16 and set(text) <= _HEXADECIMAL


def gap(field: Field, source: CourseNode, translation: CourseNode) -> TranslationGap | None:
    """How a field of a translation stands to its source: missing, stale, or None if it is right.

    Missing is what the source says and the translation does not. Stale is what was made from
    another text than the source has now, or was never compared with it.
    """
    if not field.translated:
        return None
    says, said = source.fields.get(field.name), translation.fields.get(field.name)
    if not said:
        return TranslationGap.MISSING if says else None
    return (
        None if translation.made_from.get(field.name) == fingerprint(says) else TranslationGap.STALE
    )


@dataclass(frozen=True)
class FieldGap:
    """A field of a row of a translation that somebody must look at."""

    kind: str
    lineage: str
    field: str
    gap: TranslationGap


def gaps(source: CourseNode, translation: CourseNode) -> Iterator[FieldGap]:
    """Every field of a translation that is missing or stale, in the order of the source.

    A row that the translation lacks counts with each field that it has there.
    """
    there = by_key(translation)
    for node in source.walk():
        other = there.get(node.key) or CourseNode(node.kind, node.lineage, {})
        for field in node.declared:
            found = gap(field, node, other)
            if found is not None:
                yield FieldGap(node.kind, node.lineage, field.name, found)


def counted_gaps(source: CourseNode, translation: CourseNode) -> dict[str, Counter[TranslationGap]]:
    """How many fields are missing and stale, by the lineage of the session that they are in; ""
    stands for the version's own and the titles of modules."""
    session = {
        below.key: node.lineage
        for node in source.walk()
        if node.kind == PLAN.name
        for below in node.walk()
    }
    counted: dict[str, Counter[TranslationGap]] = {"": Counter()}
    counted |= {lineage: Counter() for lineage in session.values()}
    for each in gaps(source, translation):
        counted[session.get((each.kind, each.lineage), "")][each.gap] += 1
    return counted


def translated(source: CourseNode, known: CourseNode | None) -> CourseNode:
    """The tree of a translation: laid out as its source, worded as far as it is known.

    What each language words anew comes from the row of the same lineage in `known`, with what that
    was made from, and is empty where there is none; all else is the source's, but for a file of its
    own that the translation has.
    """
    return _translated(source, by_key(known) if known is not None else {})


def _translated(source: CourseNode, words: dict[tuple[str, str], CourseNode]) -> CourseNode:
    known = words.get(source.key) or CourseNode(source.kind, source.lineage, {})
    return replace(
        source,
        fields={
            field.name: known.fields.get(field.name, field.empty)
            if field.translated or (field.kind is FieldKind.FILE and known.fields.get(field.name))
            else source.fields.get(field.name, field.empty)
            for field in source.declared
        },
        made_from=dict(known.made_from),
        children=tuple(_translated(child, words) for child in source.children),
    )


def filled(translation: CourseNode, source: CourseNode | None) -> CourseNode:
    """A translation as it is read: what it does not word yet shows the words of its source."""
    return _filled(translation, by_key(source)) if source is not None else translation


def _filled(node: CourseNode, words: dict[tuple[str, str], CourseNode]) -> CourseNode:
    source = words.get(node.key)
    lent = tuple(
        field.name
        for field in node.declared
        if source is not None and gap(field, source, node) is TranslationGap.MISSING
    )
    said = {name: source.fields[name] for name in lent} if source is not None else {}
    below = tuple(_filled(child, words) for child in node.children)
    return replace(node, fields={**node.fields, **said}, children=below, lent=lent)
