"""Everything that is done to courses and their versions."""

from kash.training.services.courses import CourseTaken, add_course, change_course
from kash.training.services.states import (
    NoPlansYet,
    SamePerson,
    StepNotPossible,
    propose,
    publish,
    return_to_draft,
    take_back,
)
from kash.training.services.versions import (
    DraftExists,
    EditionPassed,
    NotADraft,
    TooMuch,
    arrange_modules,
    arrange_plans,
    move_module,
    move_plan,
    remove_module,
    remove_plan,
    start_version,
    write_version,
)

__all__ = [
    "CourseTaken",
    "DraftExists",
    "EditionPassed",
    "NoPlansYet",
    "NotADraft",
    "SamePerson",
    "StepNotPossible",
    "TooMuch",
    "add_course",
    "arrange_modules",
    "arrange_plans",
    "change_course",
    "move_module",
    "move_plan",
    "propose",
    "publish",
    "remove_module",
    "remove_plan",
    "return_to_draft",
    "start_version",
    "take_back",
    "write_version",
]
