"""Writing the words of a translation, beside the version that it is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor
from kash.training.models import CourseVersion, Module, SessionPlan
from kash.training.rules.fields import KINDS, MODULE, PLAN, VERSION
from kash.training.rules.nodes import Key
from kash.training.rules.texts import FieldText
from kash.training.rules.translations import is_fingerprint
from kash.training.services.sessions import plan_in
from kash.training.services.versions import locked_draft
from kash.training.trees import Row

Words = Mapping[Key, Mapping[str, FieldText]]


def write_words(public_id: str, words: Words, row_version: int, *, by: Actor) -> None:
    """Save words of the outline of a translation: the version's own, and titles of modules.

    `words` are by kind and lineage of the row, and by name of the field, each with the fingerprint
    of the source that stood beside it; those of rows that are not there are left out. A field
    whose text is the same, and of which nobody said that it is right, keeps what it was made from.
    Raises NotFound, NotADraft, ChangedMeanwhile if `row_version` is not the draft's present one,
    and ValueError if a field cannot hold its text.
    """
    with audited("training.words_written", by) as change:
        version = locked_draft(change.session, public_id)
        if version.row_version != row_version:
            raise ChangedMeanwhile
        put_words(_outline(version), words)
        version.row_version += 1
        change.about(version.public_id)


def write_session_words(
    public_id: str, plan_id: str, words: Words, row_version: int, *, by: Actor
) -> None:
    """Save words of one session of a translation, as `write_words` does; `row_version` is the
    session's."""
    with audited("training.words_written", by) as change:
        version = locked_draft(change.session, public_id)
        plan = plan_in(version, plan_id)
        if plan.row_version != row_version:
            raise ChangedMeanwhile
        title = plan.title
        put_words(rows_of(plan), words)
        # Whoever has the outline open would write the old title over this one.
        version.row_version += plan.title != title
        plan.row_version += 1
        change.about(version.public_id, plan_id)


def _outline(version: CourseVersion) -> Iterator[tuple[Key, CourseVersion | Module]]:
    yield (VERSION.name, ""), version
    for module in version.modules:
        yield (MODULE.name, module.lineage), module


def rows_of(plan: SessionPlan) -> Iterator[tuple[Key, Row]]:
    """A session and its rows, each with its kind and lineage."""
    yield (PLAN.name, plan.lineage), plan
    for row in plan.rows:
        yield (row.kind, row.lineage), row


def put_words(rows: Iterable[tuple[Key, Row]], words: Words) -> None:
    """Put words into rows, as `write_words` says."""
    for key, row in rows:
        made_from = dict(row.made_from)
        for name, written in words.get(key, {}).items():
            field = KINDS[key[0]][name]
            if not field.translated or not field.takes(written.text):
                raise ValueError(f"{field.name} cannot be that")
            if getattr(row, name) == written.text and not written.right:
                continue
            setattr(row, name, written.text)
            if is_fingerprint(written.made_from):
                made_from[name] = written.made_from
        row.made_from = made_from
