"""The declaration of skills."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.accounts.endings import RoleChange
from kash.accounts.models import Account
from kash.feature import Feature
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.skills import blueprint, views
from kash.skills.chapters import CHAPTERS
from kash.skills.models import TrainerSkill
from kash.skills.personal import PERSONAL
from kash.skills.queries.teams import advise
from kash.skills.sections import of_account, of_course
from kash.skills.services import end_with_role
from kash.skills.today import TODAY
from kash.skills.trail_words import ACTION_WORDS
from kash.skills.words import LEVEL_ALONE, LEVEL_TONE
from kash.workshops.team_advice import AdvisesTeams


def _skills(known: Mapping[str, str]) -> Select[str]:
    return (
        select(TrainerSkill.public_id)
        .join(TrainerSkill.account)
        .where(Account.public_id == known["public_id"], TrainerSkill.ended_on.is_(None))
    )


FEATURE = Feature(
    "skills",
    modules=(views,),
    blueprints=(blueprint,),
    words={"skill_levels": LEVEL_ALONE, "skill_tones": LEVEL_TONE},
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("skills.index", _l("Who may teach what"), "skills.see", 94),
        *TODAY,
        AdvisesTeams(advise),
        PageSection("account", "skills/account_section.html", of_account),
        PageSection("course", "skills/course_section.html", of_course),
        RoleChange(end_with_role),
        SampleId(
            "/skills/trainers/<public_id>",
            lambda _: select(Account.public_id).join(TrainerSkill).order_by(TrainerSkill.id),
        ),
        SampleId("/skills/trainers/<public_id>/skills/<skill_id>", _skills),
    ),
)
