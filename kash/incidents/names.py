"""Names of the codes of a record, for pages and papers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.incidents.consent_texts import TEXTS

ACT_NAMES: dict[str, Any] = {
    "L1": _l("Arrest without charge"),
    "L2": _l("Unlawful detention or bail refused"),
    "L3": _l("Round-up"),
    "L4": _l("Not told the reasons for arrest"),
    "L5": _l("No call, lawyer or family allowed"),
    "L6": _l("Planted evidence or false charge"),
    "L7": _l("Charge under a by-law for what one is"),
    "P6": _l("Taken and not found"),
    "F1": _l("Held or trafficked, or made to work"),
    "P1": _l("Assault"),
    "P2": _l("Torture"),
    "P4": _l("Stripped, shaved or degraded"),
    "P5": _l("Killed, or died in custody"),
    "S1": _l("Rape"),
    "S2": _l("Sexual assault"),
    "S3": _l("Sexual harassment"),
    "S4": _l("Sex demanded for a release"),
    "S5": _l("Condom refused or removed"),
    "S6": _l("Forced examination of the body"),
    "S7": _l("Attempted rape"),
    "T1": _l("Threats"),
    "H1": _l("Forced HIV test"),
    "H2": _l("HIV status disclosed"),
    "H3": _l("Health care denied"),
    "H4": _l("Medicine kept away in custody"),
    "D1": _l("Filmed, shown or outed"),
    "D2": _l("Phone searched or unlocked by force"),
    "D3": _l("Private pictures or threats online"),
    "D4": _l("Insulted or refused for who one is"),
    "M1": _l("Money demanded or taken"),
    "M2": _l("Confiscation"),
    "M3": _l("Theft"),
    "M4": _l("Condoms taken as evidence"),
    "M5": _l("Cash bail without a receipt"),
    "W1": _l("Denial of payment"),
    "E1": _l("Evicted or locked out"),
    "Q1": _l("Illegal search or raid"),
    "C1": _l("Forced signature"),
    "R1": _l("Complaint refused"),
    "R2": _l("Police did not come or protect"),
    "R3": _l("Punished for reporting"),
    "R4": _l("OB entry or P3 refused or charged for"),
}
STATE_NAMES: dict[str, Any] = {
    "draft": _l("Draft"),
    "submitted": _l("Submitted"),
    "triaged": _l("Triaged"),
    "verified": _l("Verified"),
    "insufficient": _l("Not enough information"),
    "no_violation": _l("Outside what we document"),
    "mediation": _l("In mediation"),
    "referred": _l("Referred"),
    "resolved": _l("Resolved"),
    "unresolved": _l("Not resolved"),
    "closed": _l("Closed"),
    "shredded": _l("Shredded"),
}
PARTY_KIND_NAMES: dict[str, Any] = {
    "police": _l("Police"),
    "county_officer": _l("County officer"),
    "prison": _l("Prison officer"),
    "client": _l("Client"),
    "partner": _l("Partner or former partner"),
    "landlord_venue": _l("Landlord, bar or lodging"),
    "health_worker": _l("Health worker"),
    "public_mob": _l("A crowd"),
    "programme": _l("Somebody of the programme"),
    "other": _l("Somebody else"),
}
INVOLVEMENT_NAMES: dict[str, Any] = {
    "did": _l("Did it"),
    "ordered": _l("Ordered it"),
    "present": _l("Was present"),
    "helped": _l("Helped her"),
    "unclear": _l("Unclear"),
}
RANK_BAND_NAMES: dict[str, Any] = {
    "constable": _l("Constable or corporal"),
    "non_commissioned": _l("Sergeant"),
    "inspectorate": _l("Inspector"),
    "gazetted": _l("Superintendent or above"),
    "reserve": _l("Reservist"),
    "unknown": _l("Not known"),
}
AGE_BAND_NAMES: dict[str, Any] = {
    "under_18": _l("Under 18"),
    "unsure": _l("May be under 18"),
    "18_24": _l("18 to 24"),
    "25_34": _l("25 to 34"),
    "35_44": _l("35 to 44"),
    "45_up": _l("45 and over"),
    "unknown": _l("Not known"),
}
AMONG_ADULTS_NAMES: dict[str, Any] = {
    "": _l("Not asked yet"),
    "yes": _l("Yes"),
    "no": _l("No"),
    "unknown": _l("Not known"),
}
SOURCE_NAMES: dict[str, Any] = {
    "herself": _l("The person herself"),
    "witness": _l("A witness"),
    "peer": _l("A peer educator"),
    "organisation": _l("An organisation"),
    "document": _l("A document"),
    "media": _l("Media"),
    "other": _l("Another source"),
}
RELIABILITY_NAMES: dict[str, Any] = {
    "confirmed": _l("Confirmed"),
    "likely": _l("Likely"),
    "uncertain": _l("Uncertain"),
    "doubtful": _l("Doubtful"),
}
# As the person who answers is told them: what was read out and what a list says is the same.
PURPOSE_NAMES: dict[str, Any] = {purpose: text.title for purpose, text in TEXTS.items()}
RESPONSE_NAMES: dict[str, Any] = {
    "waiting": _l("No answer yet"),
    "agreed": _l("Agreed to help"),
    "refused": _l("Refused"),
    "no_answer": _l("Could not be reached"),
    "passed_on": _l("Passed it on"),
    "ended": _l("Ended by the programme"),
    "talk": _l("Needs to talk first"),
    "left": _l("Was taken off the list"),
    "settled": _l("Settled, as a member noted"),
}
# What came of what a mediator was asked for.
RESULT_NAMES: dict[str, Any] = {
    "": _l("Not known yet"),
    "released": _l("Released"),
    "charged": _l("Brought to court"),
    "returned": _l("Given back"),
    "paid": _l("She was paid"),
    "apology": _l("Apologised"),
    "stopped": _l("They say that it stops"),
    "seen": _l("A doctor was seen"),
    "taken": _l("The complaint was taken"),
    "partly": _l("Partly"),
    "none": _l("Not reached"),
}
# The same, on the buttons of the mediator.
RESULT_BUTTONS: dict[str, Any] = {**RESULT_NAMES, "paid": _l("Paid"), "none": _l("Refused")}
NOT_OFFERED_NAMES: dict[str, Any] = {
    "off_duty": _l("off duty now"),
    "refused": _l("can’t, in this case"),
    "station": _l("serves, or served, where it happened"),
    "kept_away": _l("must be kept away from this case"),
}
ORIGIN_NAMES: dict[str, Any] = {
    "herself": _l("She said so herself"),
    "told_reporter": _l("She told the person who reported it"),
    "not_asked": _l("She could not be asked"),
}
# Who decides for a child: by `consents.GUARDIANS`.
GUARDIAN_NAMES: dict[str, Any] = {
    "guardian": _l("Parent or guardian"),
    "children_officer": _l("Children officer"),
}
# What somebody may want once her case was verified, and what each is, as it is read to her.
WAY_NAMES: dict[str, Any] = {
    "help": _l("Help"),
    "complaint": _l("A complaint"),
    "court": _l("A court"),
    "mediation": _l("Mediation"),
    "nothing": _l("Nothing now"),
}
WAY_TEXTS: dict[str, Any] = {
    "help": _l("A doctor, a lawyer, a place to stay, or somebody to talk with."),
    "complaint": _l("To an oversight body, in writing, with the programme’s help."),
    "court": _l("A case before a court, with a lawyer."),
    "mediation": _l("A mediator speaks with the other side. Nobody has to agree to anything."),
    "nothing": _l("Nothing is done, and nothing is lost: it can be asked for later."),
}
COURT_RESULT_NAMES: dict[str, Any] = {
    "bail": _l("Bail or bond was set"),
    "remanded": _l("Kept in custody"),
    "released": _l("Let go"),
    "charge_dropped": _l("The charge was dropped"),
    "other": _l("Something else"),
}
LIMIT_RESULT_NAMES: dict[str, Any] = {
    "in_time": _l("She had it in time"),
    "late": _l("She came too late for it"),
    "not_wanted": _l("She did not want or need it"),
    "not_known": _l("Nobody can ask her"),
}
ENDING_NAMES: dict[str, Any] = {
    "released": _l("Released"),
    "returned": _l("Got back what was taken"),
    "referred": _l("Was referred to a service"),
    "court": _l("Is before a court"),
    "wants_no_more": _l("Wants no more"),
    "lost_touch": _l("Nobody reaches her any more"),
}
TERM_NAMES: dict[str, Any] = {
    "release": _l("Release"),
    "return": _l("Give back"),
    "pay": _l("Pay"),
    "apologise": _l("Apologise"),
}
REFERRAL_NAMES: dict[str, Any] = {
    "legal": _l("Legal"),
    "medical": _l("Medical"),
    "shelter": _l("Shelter"),
    "psychosocial": _l("Counselling"),
    "oversight": _l("Oversight body"),
    "child_protection": _l("Child protection"),
}
REFERRAL_OUTCOME_NAMES: dict[str, Any] = {
    "": _l("Not known yet"),
    "reached": _l("Was seen"),
    "helped": _l("Was helped"),
    "refused": _l("Was turned away"),
    "not_reached": _l("Did not go"),
    "not_wanted": _l("She did not want it"),
}
# What is told of it, on its buttons.
REFERRAL_BUTTONS: dict[str, Any] = {
    "accepted": _l("They take her"),
    "refused": _l("They turned her away"),
    "helped": _l("Done"),
    "not_reached": _l("Not done"),
}
REFERRAL_CONSENT_NAMES: dict[str, Any] = {
    "herself": _l("Yes, she said so herself"),
    "told_reporter": _l("Yes, she told somebody who is with her"),
    "not_asked": _l("She could not be asked"),
    "no": _l("No"),
}
SAFE_NAMES: dict[str, Any] = {
    "yes": _l("Yes"),
    "no": _l("No"),
    "not_reached": _l("She was not reached"),
}
# What a mediator is asked, in the words that she reads.
REQUEST_NAMES: dict[str, Any] = {
    "release": _l("Ask for somebody’s release"),
    "charge_or_release": _l("Ask that somebody is brought to court or released"),
    "return": _l("Ask that something is given back"),
    "pay": _l("Ask that what is owed to her is paid"),
    "apologise": _l("Ask for an apology"),
    "stop": _l("Ask that threats or visits stop"),
    "medical": _l("Ask that somebody may see a doctor"),
    "complaint": _l("Ask that a complaint is taken"),
}
# The same things, as they were asked for.
WANTED_NAMES: dict[str, Any] = {
    "release": _l("Release"),
    "charge_or_release": _l("Court or release"),
    "return": _l("Give back"),
    "pay": _l("Pay"),
    "apologise": _l("Apologise"),
    "stop": _l("That it stops"),
    "medical": _l("A doctor"),
    "complaint": _l("That a complaint is taken"),
    "legal": _l("An advocate"),
    "court": _l("A court"),
    "counted": _l("Only to be counted"),
}
FILE_FAMILY_NAMES: dict[str, Any] = {
    "photo": _l("Photo"),
    "sound": _l("Sound"),
    "video": _l("Video"),
    "paper": _l("Document"),
}
CUSTODY_NAMES: dict[str, Any] = {
    "added": _l("Added here"),
    "viewed": _l("Cleaned copy opened"),
    "exported": _l("Original downloaded"),
    "printed": _l("Custody sheet made"),
    "labelled": _l("Label or note changed"),
    "received": _l("Received"),
    "handed_over": _l("Handed over"),
    "returned": _l("Given back"),
    "examined": _l("Examined"),
    "printed_out": _l("Printed"),
    "other": _l("Something else"),
}

# By `parts.HOLD_PAPERS`.
HOLD_PAPER_NAMES: dict[str, Any] = {"court_order": _l("Order of a court"), "summons": _l("Summons")}
