// How an operation is answered: the same table as kash/attendance/rules/marking.py, so that the pad
// shows at once what the server will say as long as nobody else marked. A test runs both on the same
// cases; whoever changes one changes the other.

const LONGEST_ID = 36;
const PRINTABLE = /^[\x20-\x7e]*$/;
const WITH_ZONE = /(?:Z|[+-]\d\d:?\d\d)$/;

function isCount(number) {
  return Number.isInteger(number) && number >= 0 && number < 2 ** 31;
}

export function isReadable(operation) {
  const id = operation.op_id;
  const device = operation.device || "";
  return (
    typeof id === "string" &&
    id.length > 0 &&
    id.length <= LONGEST_ID &&
    PRINTABLE.test(id) &&
    device.length <= LONGEST_ID &&
    PRINTABLE.test(device) &&
    isCount(operation.expected_version) &&
    isCount(operation.device_sequence || 0) &&
    WITH_ZONE.test(operation.at)
  );
}

/**
 * `operation`: op_id, slot, entry, status, expected_version, at, device, device_sequence, and
 * correction, the reason of one. `now`: slot_known, slot_closed, slot_locked, cancelled, ahead,
 * on_roster, statuses, retired, standing {status, version}, earlier {slot, entry, status, reply} or
 * null. Gives {reply, reason, standing}. A phone never hears of a cancelling, so that it leaves
 * `cancelled` out; whether a session has begun (`ahead`) is not for its clock to say, so neither.
 */
export function decide(operation, now) {
  const standing = now.standing;
  const rejected = (reason) => ({ reply: "rejected", reason, standing });
  const answered = (reply, then = standing) => ({ reply, reason: "", standing: then });

  if (!isReadable(operation)) return rejected("unreadable");
  const kept = now.earlier;
  if (kept) {
    const same =
      operation.slot === kept.slot &&
      operation.entry === kept.entry &&
      operation.status === kept.status;
    if (!same) return rejected("id_reused");
    return answered(kept.reply === "applied" ? "duplicate" : kept.reply);
  }
  if (now.cancelled) return rejected("cancelled");
  if (!now.slot_known) return rejected("slot_unknown");
  if (!now.on_roster) return rejected("not_on_roster");
  if (now.ahead) return rejected("not_begun");
  if (now.slot_locked) {
    if (!operation.correction) return rejected("slot_locked");
  } else if (now.slot_closed) return rejected("slot_closed");
  const retired = (now.retired || []).includes(operation.status);
  if (!retired && !now.statuses.includes(operation.status)) return rejected("status_unknown");
  if (retired && operation.status !== standing.status) return rejected("status_retired");
  if (operation.status === standing.status) return answered("applied");
  if (operation.expected_version !== standing.version) return answered("conflict");
  return answered("applied", { status: operation.status, version: standing.version + 1 });
}
