"""Writing the words of a translation, beside the version that it is of."""

from __future__ import annotations

from collections.abc import Mapping

from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor
from kash.training.rules.fields import KINDS, PLAN, VERSION
from kash.training.rules.texts import FieldText
from kash.training.rules.translations import is_fingerprint
from kash.training.services.versions import locked_draft
from kash.training.trees import Row

Words = Mapping[tuple[str, str, str], FieldText]


def write_words(public_id: str, words: Words, row_version: int, *, by: Actor) -> None:
    """Save words of a draft, each with the fingerprint of the source that stood beside it.

    `words` are by kind and lineage of the row, and name of the field; those of rows that are not
    there, or of fields that are in no language, are left out. A field whose text is the same, and
    of which nobody said that it is right, keeps what it was made from. Raises NotFound, NotADraft
    and ChangedMeanwhile.
    """
    with audited("training.words_written", by) as change:
        version = locked_draft(change.session, public_id)
        if version.row_version != row_version:
            raise ChangedMeanwhile
        written: dict[tuple[str, str], dict[str, FieldText]] = {}
        for (kind, lineage, name), text in words.items():
            written.setdefault((kind, lineage), {})[name] = text
        _write(version, VERSION.name, written.get((VERSION.name, ""), {}))
        for module in version.modules:
            _write(module, "module", written.get(("module", module.lineage), {}))
            for plan in module.plans:
                changed = _write(plan, PLAN.name, written.get((PLAN.name, plan.lineage), {}))
                for row in plan.rows:
                    changed |= _write(row, row.kind, written.get((row.kind, row.lineage), {}))
                plan.row_version += changed
        version.row_version += 1
        change.about(version.public_id)


def _write(row: Row, kind: str, words: Mapping[str, FieldText]) -> bool:
    made_from = dict(row.made_from)
    changed = False
    for field in KINDS[kind]:
        text = words.get(field.name)
        if text is None or not field.translated or not field.takes(text.text):
            continue
        same = getattr(row, field.name) == text.text
        if same and not text.right:
            continue
        setattr(row, field.name, text.text)
        if is_fingerprint(text.made_from):
            made_from[field.name] = text.made_from
        changed = True
    if changed:
        row.made_from = made_from
    return changed
