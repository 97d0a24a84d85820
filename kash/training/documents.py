"""The facilitator guide on paper."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.platform.press import PagedDocument, document
from kash.platform.web.language import LANGUAGES, brand
from kash.training.models import CourseVersion
from kash.training.queries import read_version
from kash.training.rules.fields import KINDS, PLAN
from kash.training.rules.nodes import planned_minutes


def guide(version: CourseVersion, *, with_notes: bool) -> bytes:
    """The guide of a version as PDF, in its language, under its public title.

    Whoever does not facilitate gets it without the notes. Raises RenderError.
    """
    tree = read_version(version)
    plans = [node for node in tree.walk() if node.kind == PLAN.name]
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
            language=LANGUAGES.get(version.language, version.language),
            tree=tree,
            minutes=planned_minutes(tree),
            plans=len(plans),
            with_notes=with_notes,
            kinds=KINDS,
        )
        paged = PagedDocument(
            html=html,
            title=f"{version.public_title} – {heading}",
            language=version.language,
            kind="guide",
            header_left=version.public_title,
            header_right=heading,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
            dated=version.published_at or version.created_at,
        )
    return document(paged)
