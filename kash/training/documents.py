"""A version on paper: the guide as a book, and what its participants take home."""

from __future__ import annotations

from base64 import b64encode

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.platform.press import PagedDocument, document
from kash.platform.web.formats import hours_text
from kash.platform.web.programme import LANGUAGES, brand
from kash.training.material_files import content_of, files_of, joined, type_of
from kash.training.models import CourseVersion
from kash.training.queries import delivered_of, read_version
from kash.training.rules.courses import (
    KINDS,
    MATERIAL,
    PLAN,
    CourseNode,
    cuts,
    group_size,
    planned_minutes,
    step_minutes,
    timed_steps,
)


def guide(version: CourseVersion, *, with_notes: bool) -> bytes:
    """The guide of a version as PDF, in its language, under its public title.

    A book: each session begins on a left page with why and what is prepared, and goes on with its
    steps. Without notes it holds only fields that are `shown`. Raises RenderError.
    """
    tree = read_version(version)
    with force_locale(version.language):
        heading = (
            _("Facilitator guide, version %(number)s", number=version.number)
            if with_notes
            else _("Course guide, version %(number)s", number=version.number)
        )
        html = render_template(
            "training/guide.html",
            version=version,
            organisation=brand(),
            heading=heading,
            tree=tree,
            facts=_facts(version, tree),
            bring=_materials(tree),
            with_notes=with_notes,
            delivered=delivered_of([plan.lineage for plan in _plans(tree)]) if with_notes else {},
            kinds=KINDS,
            timed_steps=timed_steps,
            step_minutes=step_minutes,
            cuts=cuts,
        )
        paged = PagedDocument(
            html=html,
            title=f"{version.public_title} – {heading}",
            language=version.language,
            kind="guide",
            header_left=version.public_title,
            footer_left=_draft(version),
            page_count="{page}",
            dated=version.published_at or version.created_at,
        )
    return document(paged)


def handout(version: CourseVersion) -> bytes:
    """The paper that participants take home: key messages and legal points of each session, the
    pictures among the files of their materials, and behind it those that are PDFs.

    It names neither the programme nor the organisation, because what stands on it may name a group;
    nor is the file's title more than what the paper is. Raises RenderError, NotJoined, CleaningBusy
    and StorageError.
    """
    tree = read_version(version)
    files = files_of(
        str(material["file"]) for plan in _plans(tree) for material in taken_home(plan)
    )
    contents = {key: content_of(file) for key, file in files.items()}
    with force_locale(version.language):
        paged = PagedDocument(
            html=render_template(
                "training/handout.html",
                version=version,
                tree=tree,
                plans=told_at_home(tree),
                taken_home=taken_home,
                pictures={
                    key: f"data:{type_of(file)[0]};base64,{b64encode(contents[key]).decode()}"
                    for key, file in files.items()
                    if file.kind != "pdf"
                },
            ),
            title=_("Hand-out, version %(number)s", number=version.number),
            language=version.language,
            kind="handout",
            footer_left=_draft(version),
            page_count="{page} / {pages}",
            dated=version.published_at or version.created_at,
        )
    paper = document(paged)
    behind = [
        contents[key]
        for plan in _plans(tree)
        for material in taken_home(plan)
        if (key := str(material["file"])) in files and files[key].kind == "pdf"
    ]
    return joined([paper, *dict.fromkeys(behind)]) if behind else paper


def told_at_home(tree: CourseNode) -> list[CourseNode]:
    """Sessions that have something for a hand-out."""
    return [
        plan
        for plan in _plans(tree)
        if plan.of("key_message") or plan.of("legal_point") or taken_home(plan)
    ]


def taken_home(plan: CourseNode) -> list[CourseNode]:
    """Materials of a session whose files go home with the hand-out."""
    return [
        material
        for material in plan.of(MATERIAL.name)
        if material["file"] and material["used"] == "home"
    ]


def _draft(version: CourseVersion) -> str:
    return "" if version.state == "published" else _("Draft, not for use")


def _plans(tree: CourseNode) -> list[CourseNode]:
    return [node for node in tree.walk() if node.kind == PLAN.name]


def _facts(version: CourseVersion, tree: CourseNode) -> list[tuple[str, str]]:
    """Terms and figures of the title page."""
    facts = [
        (_("Sessions"), str(len(_plans(tree)))),
        (_("Length"), hours_text(planned_minutes(tree))),
        (_("Language"), LANGUAGES.get(version.language, version.language)),
        (_("Days"), str(version.days or "")),
        (_("Group size"), group_size(version.group_least, version.group_most)),
    ]
    return [(term, fact) for term, fact in facts if fact]


def _materials(tree: CourseNode) -> list[tuple[str, CourseNode]]:
    """Each material with the number of its session."""
    return [
        (f"{at}.{place}", material)
        for at, module in enumerate(tree.children, 1)
        for place, plan in enumerate(module.children, 1)
        for material in plan.of(MATERIAL.name)
    ]
