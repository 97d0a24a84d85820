"""The declaration of what capabilities bring to the application themselves."""

from __future__ import annotations

from kash.feature import Feature
from kash.platform.database import utc_now
from kash.platform.jobs import Chore, blueprint
from kash.platform.jobs.services import delete_old_results, recover_dropped
from kash.platform.operations.database_check import check_a_part
from kash.platform.web.missing import missing_back
from kash.platform.web.parts import page_sections

PLATFORM = Feature(
    "platform",
    blueprints=(blueprint,),
    words={"missing_back": missing_back, "page_sections": page_sections},
    parts=(
        Chore("recover_dropped_jobs", lambda: recover_dropped(utc_now()), minutes=1),
        Chore("delete_old_job_results", lambda: delete_old_results(utc_now()), minutes=15),
        Chore("check_database", check_a_part, minutes=60, at=30),
    ),
)
