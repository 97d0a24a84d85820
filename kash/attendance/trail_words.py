"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "attendance.badge_scanned": _l("attendance: badge scanned"),
        "attendance.checked_in": _l("attendance: checked in"),
        "attendance.difference_settled": _l("attendance: difference settled"),
        "attendance.heads_counted": _l("attendance: heads counted"),
        "attendance.held_decided": _l("attendance: held decided"),
        "attendance.mark_corrected": _l("attendance: mark corrected"),
        "attendance.marks_made": _l("attendance: marks made"),
        "attendance.pad_revoked": _l("attendance: pad revoked"),
        "attendance.pad_synced": _l("attendance: pad synced"),
        "attendance.pad_taken": _l("attendance: pad taken"),
        "attendance.queue_brought_in": _l("attendance: queue brought in"),
        "attendance.scan_matched": _l("attendance: scan matched"),
        "attendance.scan_removed": _l("attendance: scan removed"),
        "attendance.scans_kept": _l("attendance: scans kept"),
        "attendance.sheet_read": _l("attendance: sheet read"),
        "attendance.sheets_made": _l("attendance: sheets made"),
        "attendance.signatures_shown": _l("attendance: signatures shown"),
        "attendance.slot_closed": _l("attendance: slot closed"),
        "attendance.slot_confirmed": _l("attendance: slot confirmed"),
        "attendance.slot_reopened": _l("attendance: slot reopened"),
        "attendance.slots_confirmed": _l("attendance: slots confirmed"),
        "attendance.status_added": _l("attendance: status added"),
        "attendance.status_changed": _l("attendance: status changed"),
        "attendance.statuses_ordered": _l("attendance: statuses ordered"),
        "attendance.time_tapped": _l("attendance: time of a session tapped"),
        "attendance.time_undone": _l("attendance: time of a session taken back"),
        "attendance.times_set": _l("attendance: times of a session typed in"),
        "attendance.walk_in_kept": _l("attendance: walk in kept"),
    }
)
