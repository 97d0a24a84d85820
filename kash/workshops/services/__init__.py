"""What is done to workshops: planning, their sessions, and who takes part."""

from kash.workshops.services.enrolment import (
    MinorNotEnrolled,
    MoveNotPossible,
    WalkIn,
    change_enrolment,
    enrol,
    walk_in,
)
from kash.workshops.services.errors import (
    ChangedMeanwhile,
    DoesNotFit,
    NotPublished,
    OutsideWorkshop,
    RegisterBegun,
    SessionsOverlap,
    SharesDoNotFit,
    WorkshopCancelled,
)
from kash.workshops.services.planning import (
    FunderShare,
    WorkshopDetails,
    cancel_workshop,
    change_workshop,
    duplicate_workshop,
    plan_workshop,
    restore_workshop,
    share_costs,
)
from kash.workshops.services.sessions import (
    SessionDetails,
    add_session,
    change_session,
    lay_out_anew,
    order_sessions,
    remove_session,
)

__all__ = [
    "ChangedMeanwhile",
    "DoesNotFit",
    "FunderShare",
    "MinorNotEnrolled",
    "MoveNotPossible",
    "NotPublished",
    "OutsideWorkshop",
    "RegisterBegun",
    "SessionDetails",
    "SessionsOverlap",
    "SharesDoNotFit",
    "WalkIn",
    "WorkshopCancelled",
    "WorkshopDetails",
    "add_session",
    "cancel_workshop",
    "change_enrolment",
    "change_session",
    "change_workshop",
    "duplicate_workshop",
    "enrol",
    "lay_out_anew",
    "order_sessions",
    "plan_workshop",
    "remove_session",
    "restore_workshop",
    "share_costs",
    "walk_in",
]
