"""Who may do what, as the programme decided it, and which of it each address does.

This is written down by hand from the programme's own table and knows nothing of the policy in
the code, so that the two check each other. Whoever adds an address adds a line here; whoever
changes what a role may do changes it in both places.

How far a role reaches with an act:

    all     whatever there is
    own     what it runs: a trainer's own and co-taught workshops and their people, the forum of
            which she is the secretary
    taught  the published courses of the workshops in which it is enrolled
    member  the forums of which it is a member
    self    its own person, enrolment, certificate, account
    names   whatever there is, but of people only the chosen name and the group
    -       nothing
"""

from __future__ import annotations

from dataclasses import dataclass, field

ROLES = (
    "administrator",
    "director",
    "trainer",
    "monitoring",
    "documentation",
    "custodian",
    "peer",
    "police_peer",
    "funder",
)
NOBODY = "nobody"
EVERYONE = (*ROLES, NOBODY)

_ACTS = """
                      adm  dir  tra   mon  doc    cus  peer    police  fun
accounts.see          all  all  -     -    -      -    -       -       -
accounts.manage       all  -    -     -    -      -    -       -       -
accounts.propose      all  all  -     -    -      -    -       -       -
accounts.agree        all  all  -     -    -      -    -       -       -
accounts.fetch        self self -     -    -      -    -       -       -
settings.see          all  all  -     -    -      -    -       -       -
settings.change       all  -    -     -    -      -    -       -       -
settings.agree        -    all  -     -    -      -    -       -       -
audit.see             all  all  -     -    -      -    -       -       -
audit.verify          all  -    -     -    -      -    -       -       -
access.review         all  all  -     -    -      -    -       -       -
connections.see       all  all  -     all  -      -    -       -       -
connections.record    all  -    -     all  -      -    -       -       -
connections.agree     -    all  -     -    -      -    -       -       -
approvals.delegate    -    all  -     -    -      -    -       -       -
approvals.end         all  self self  self self   self -       -       -
archive.see           all  all  -     -    -      -    -       -       -
archive.ask           all  -    -     -    -      -    -       -       -
archive.agree         -    all  -     -    -      -    -       -       -
funders.tie           all  all  -     -    -      -    -       -       -
overview.own          -    -    -     -    -      -    -       -       own
overview.see          -    all  all   all  -      -    -       -       -
funder_reports.see    -    all  -     all  -      -    -       -       own
funder_reports.read   -    all  -     all  -      -    -       -       -
funder_reports.write  -    -    -     all  -      -    -       -       -
funder_reports.approve -   all  -     -    -      -    -       -       -
breaches.see          all  all  -     -    -      -    -       -       -
breaches.manage       all  all  -     -    -      -    -       -       -
people.see            -    all  own   all  names  all  self    self    -
people.find           -    all  all   all  all    all  -       -       -
people.change         -    -    own   -    -      -    -       -       -
people.add            -    -    all   -    -      -    -       -       -
people.contact        -    -    own   -    -      -    -       -       -
people.agree_contact  -    all  own   -    -      -    -       -       -
people.looks          -    all  -     -    -      -    -       -       -
people.copy           -    -    own   -    -      all  self    self    -
people.ask_erasure    -    -    own   -    -      all  self    self    -
people.erase          -    all  -     -    -      -    -       -       -
people.erasures       -    all  own   -    -      all  self    self    -
messages.see          -    all  own   -    -      -    -       -       -
messages.decide       -    all  own   -    -      -    -       -       -
messages.choose       -    -    own   -    -      -    self    self    -
messages.ask          -    -    own   -    -      -    -       -       -
messages.texts        -    all  all   -    -      -    -       -       -
messages.write        -    all  -     -    -      -    -       -       -
people.merge          -    -    own   -    -      -    -       -       -
people.duplicates     -    -    all   -    -      -    -       -       -
people.import         -    -    own   -    -      -    -       -       -
dhis2.use             -    -    -     all  -      -    -       -       -
kobo.use              -    -    all   -    -      -    -       -       -
people.minors         -    -    -     -    -      all  -       -       -
people.trail          -    all  own   -    -      all  self    self    -
organisations.see     -    all  all   all  all    all  -       -       -
organisations.change  -    -    all   -    -      -    -       -       -
search                all  all  all   all  all    all  all     all     all
directory.see         all  all  all   all  all    all  all     all     all
directory.change      -    all  all   -    all    all  -       -       -
absences.see          -    all  names -    -      -    -       -       -
absences.write        -    all  self  -    -      -    -       -       -
venues.see            all  all  all   all  -      -    -       -       -
venues.plan           -    all  all   -    -      -    -       -       -
curriculum.see        -    all  all   all  all    -    taught  taught  -
curriculum.compare    -    all  all   all  all    -    -       -       -
curriculum.change     -    -    all   -    -      -    -       -       -
curriculum.approve    -    all  -     -    -      -    -       -       -
assessments.questions -    all  all   all  -      -    -       -       -
assessments.write     -    -    all   -    -      -    -       -       -
assessments.see       -    all  own   all  -      -    -       -       -
assessments.hold      -    -    own   -    -      -    -       -       -
workshops.see         -    all  all   all  -      -    self    self    -
workshops.roster      -    all  all   all  -      -    -       -       -
workshops.plan        -    -    all   -    -      -    -       -       -
workshops.change      -    -    own   -    -      -    -       -       -
workshops.answer      -    -    -     -    -      -    self    self    -
workshops.rule        -    all  -     -    -      -    -       -       -
calendar.see          -    all  all   all  all    all  self    self    -
attendance.see        -    all  all   all  -      -    -       -       -
attendance.mark       -    -    own   -    -      -    -       -       -
attendance.confirm    -    all  own   -    -      -    -       -       -
attendance.check_in   -    -    -     -    -      -    self    self    -
evaluations.see       -    all  own   all  -      -    -       -       -
reports.see           -    all  own   all  -      -    -       -       -
evaluations.run       -    -    own   -    -      -    -       -       -
certificates.see      -    all  all   all  -      -    self    self    -
certificates.staff    -    all  all   all  -      -    -       -       -
certificates.propose  -    -    own   -    -      -    -       -       -
certificates.print    -    -    own   -    -      -    -       -       -
certificates.approve  -    all  -     -    -      -    -       -       -
certificates.return   -    all  own   -    -      -    -       -       -
certificates.revoke   -    all  -     -    -      -    -       -       -
certificates.badge    -    -    -     -    -      -    self    self    -
certificates.keys     all  all  -     -    -      -    -       -       -
certificates.rule     -    all  -     -    -      -    -       -       -
certificates.designs   -    all  all   -    -      -    -       -       -
certificates.design    -    all  -     -    -      -    -       -       -
certificates.sign      -    self self  -    -      -    -       -       -
certificates.sign_batch -   all  all   -    -      -    -       -       -
payouts.see           -    all  own   all  -      -    self    self    -
payouts.staff         -    all  own   all  -      -    -       -       -
payouts.propose       -    -    own   -    -      -    -       -       -
payouts.approve       -    all  -     -    -      -    -       -       -
payouts.return        -    all  own   -    -      -    -       -       -
payouts.settle        -    all  own   -    -      -    -       -       -
payouts.pay           -    -    own   -    -      -    -       -       -
budget.see            -    all  own   all  -      -    -       -       -
budget.page           -    all  all   all  -      -    -       -       -
budget.edit           -    all  own   -    -      -    -       -       -
payouts.rates         -    all  -     -    -      -    -       -       -
records.missing       -    all  own   all  -      -    -       -       -
records.list          -    all  all   all  -      -    -       -       -
skills.see            -    all  all   all  -      -    -       -       -
skills.grant          -    all  -     -    -      -    -       -       -
feeds.venues          -    all  all   -    -      -    -       -       -
api.see               all  all  self  self -      -    -       -       -
api.make              -    self self  self -      -    -       -       -
api.ask               -    all  all   all  -      -    -       -       -
api.agree             all  all  -     -    -      -    -       -       -
api.list              all  all  all   all  -      -    -       -       -
by_token              -    -    -     -    -      -    -       -       -
tracks.see            -    all  all   all  -      -    -       -       -
tracks.standing       -    all  own   all  -      -    self    self    -
tracks.write          -    -    all   -    -      -    -       -       -
tracks.approve        -    all  -     -    -      -    -       -       -
tracks.keep           -    -    own   -    -      -    -       -       -
tracks.enter          -    -    all   -    -      -    -       -       -
coverage.see          -    all  all   all  -      -    -       -       -
coverage.goal         -    all  -     -    -      -    -       -       -
indicators.see        -    all  all   all  -      -    -       -       -
indicators.define     -    -    -     all  -      -    -       -       -
indicators.approve    -    all  -     -    -      -    -       -       -
targets.set           -    -    -     all  -      -    -       -       -
quarters.see          -    all  all   -    -      -    -       -       -
quarters.plan         -    -    all   -    -      -    -       -       -
clashes.see           -    all  all   -    -      -    -       -       -
clashes.rule          -    all  -     -    -      -    -       -       -
incidents.file        -    -    -     -    all    all  self    self    -
incidents.see         -    all  -     -    all    own  -       -       -
incidents.change      -    -    -     -    all    own  -       -       -
incidents.identity    -    -    -     -    -      own  -       -       -
incidents.decide      -    -    -     -    -      own  -       -       -
incidents.briefs      -    -    -     -    -      -    self    self    -
incidents.duty        -    all  -     -    all    -    -       -       -
incidents.number      -    all  -     -    all    all  -       -       -
incidents.outside     -    all  -     -    -      all  -       -       -
vault.open            -    all  -     -    all    all  -       -       -
vault.unseal          -    -    -     -    -      all  -       -       -
vault.members         all  all  -     -    all    all  -       -       -
statements.see        -    all  -     all  -      -    -       -       own
statements.read       -    all  -     all  -      -    -       -       -
statements.make       -    -    -     all  -      -    -       -       -
statements.approve    -    all  -     -    -      -    -       -       -
statements.ledger     -    all  -     all  -      -    -       -       -
releases.see          -    all  all   all  all    all  all     all     all
releases.make         -    -    -     -    all    -    -       -       -
releases.approve      -    all  -     -    -      all  -       -       -
trends.see            -    all  -     -    all    own  -       -       -
stories.see           -    all  all   all  all    all  member  member  own
stories.read          -    all  all   all  all    all  all     all     -
stories.drafts        -    all  -     -    all    all  -       -       -
stories.write         -    -    -     -    all    -    -       -       -
stories.approve       -    all  -     -    -      all  -       -       -
forums.see            -    all  all   all  all    all  member  member  -
forums.appear         -    all  own   -    -      -    self    self    -
forums.action         -    all  own   -    -      -    self    self    -
forums.remark         -    -    -     -    -      -    member  member  -
forums.withdraw       -    all  own   -    -      -    self    self    -
forums.answer         -    -    -     -    -      -    self    self    -
forums.open           -    all  all   -    -      -    -       -       -
forums.run            -    all  own   -    -      -    -       -       -
series.change         -    all  own   -    -      -    -       -       -
self                  self self self  self self   self self    self    self
"""

# What of other people's values a role may ever be shown, wherever it is.
_VALUES = """
                      adm  dir  tra   mon  doc    cus  peer    police  fun
person.name           -    all  all   all  all    all  self    self    -
person.printed        -    all  all   all  -      all  self    self    -
person.facts          -    all  own   all  -      all  self    self    -
person.contact        -    -    own   -    -      -    self    self    -
workshop              -    all  all   all  -      -    self    self    -
workshop.paid         -    all  all   all  -      -    -       -       -
course                -    all  all   all  all    -    taught  taught  -
draft                 -    all  all   all  all    -    -       -       -
question              -    all  all   all  -      -    -       -       -
answer                -    all  own   all  -      -    -       -       -
practice              -    all  own   all  -      -    -       -       -
certificate           -    all  all   all  -      -    self    self    -
forum                 -    all  all   all  all    all  member  member  -
message.text          -    -    -     -    -      -    -       -       -
service.address       -    all  all   -    all    all  -       -       -
breach                all  all  -     -    -      -    -       -       -
incident              -    all  -     -    all    own  -       -       -
identity              -    -    -     -    -      own  -       -       -
brief                 -    -    -     -    -      -    self    self    -
story.draft           -    all  -     -    all    all  -       -       -
budget                -    all  own   all  -      -    -       -       -
absence.why           -    all  own   -    -      -    -       -       -
venue.planning        -    all  all   -    -      -    -       -       -
account.email         all  all  self  self self   self self    self    self
"""


def _read(grid: str) -> dict[str, dict[str, str]]:
    lines = [line.split() for line in grid.strip().splitlines()[1:]]
    table = {first: dict(zip(ROLES, cells, strict=True)) for first, *cells in lines}
    return {act: {**cells, NOBODY: "-"} for act, cells in table.items()}


MAY = _read(_ACTS)
SHOWN = _read(_VALUES)

# Acts that depend on no role.
ANYONE = "anyone"
SIGNED_IN = "signed in"
# Asked by programs, which have no role.
BY_TOKEN = "by_token"


@dataclass(frozen=True)
class Place:
    """What one endpoint does by GET and by POST, and what each part of its address stands for.

    The values of `address` and of `sent`, the fields of the form, are keys of
    `programme.Records`, or "=text" for the text itself. `shows` is whose values stand there for
    whoever has the address.
    """

    get: str = ""
    post: str = ""
    address: dict[str, str] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    shows: str = ""

    def acts(self) -> dict[str, str]:
        """The act of each method."""
        return {name: act for name, act in (("GET", self.get), ("POST", self.post)) if act}


def _of(what: str, *, get: str = "", post: str = "", both: str = "", **more: str) -> Place:
    return Place(get or both, post or both, {"public_id": what, **more})


def _design(*, get: str = "", post: str = "", both: str = "", **more: str) -> Place:
    return Place(get or both, post or both, {"design_id": "design", **more})


def _breach(*, post: str = "", both: str = "") -> Place:
    return Place(both, post or both, {"breach_id": "breach"})


def _tie() -> Place:
    ids = {"account_id": "funder_account", "tie_id": "funder_tie"}
    return Place(post="funders.tie", address=ids)


def _indicator(*, get: str = "", post: str = "", both: str = "", **more: str) -> Place:
    return Place(get or both, post or both, {"key": "=people_completed", **more})


def _forum(*, get: str = "", post: str = "", both: str = "", **more: str) -> Place:
    return Place(get or both, post or both, {"forum_id": "forum", **more})


def _series(*, get: str = "", post: str = "", both: str = "", **more: str) -> Place:
    return Place(get or both, post or both, {"series_id": "series", **more})


def _meeting(*, get: str = "", post: str = "", both: str = "", **more: str) -> Place:
    return _forum(get=get, post=post, both=both, meeting_id="meeting", **more)


def _case(*, get: str = "", post: str = "", both: str = "", **more: str) -> Place:
    return Place(get or both, post or both, {"reference": "incident", **more})


def _evidence(*, get: str = "", post: str = "", both: str = "") -> Place:
    return _case(get=get, post=post, both=both, document="evidence")


_TEXT = {"kind": "=notices.call", "channel": "=sms", "language": "=en"}

PLACES: dict[str, Place] = {
    # --- the frame --------------------------------------------------------------------------
    "web.leave": Place(ANYONE),
    "web.language": Place(post=ANYONE, address={"code": "=sw"}),
    # The chapter of signing in, which everybody reads.
    "handbook.index": Place(SIGNED_IN),
    "handbook.chapter": Place(SIGNED_IN, address={"code": "=a"}),
    "handbook.section": Place(SIGNED_IN, address={"code": "=a", "part": "=1"}),
    "handbook.open_chapter": Place(ANYONE, address={"code": "=a"}),
    "handbook.open_section": Place(ANYONE, address={"code": "=a", "part": "=1"}),
    "watch.healthz": Place(ANYONE),
    "watch.metrics": Place(ANYONE),
    # --- reports ----------------------------------------------------------------------------
    "incidents.filing": Place("incidents.file"),
    "incidents.filing_step": Place(post="incidents.file"),
    "near.help_near": Place(ANYONE),
    "near.away": Place(ANYONE),
    "near.worker": Place(ANYONE),
    "near.receipt": Place(ANYONE, ANYONE),
    "incidents.receipt": Place("incidents.file", "incidents.file"),
    "incidents.help_now": Place("incidents.file", "incidents.file"),
    "incidents.paper": Place("incidents.file"),
    "incidents.card": Place("incidents.file"),
    "incidents.leaflet": Place("incidents.file"),
    # --- the vault --------------------------------------------------------------------------
    "moved_incidents.old_address": Place(SIGNED_IN, address={"rest": "=briefs"}),
    "moved_members.old_address": Place(SIGNED_IN, address={"rest": "=unsealing"}),
    "members.open_vault": Place("vault.open", "vault.open"),
    "members.second_step_lost": Place("vault.open"),
    "members.keys": Place("vault.open", "vault.open"),
    "members.passphrase": Place("vault.open", "vault.open"),
    "members.recover": Place("vault.open", "vault.open"),
    "members.sheet": Place(post="vault.open"),
    "members.begin": Place("vault.open", "vault.open"),
    "members.rotation": Place(post="vault.open"),
    "members.members": Place("vault.members"),
    "members.let_in": _of("key_holder", both="vault.open"),
    "members.remove": _of("key_holder", both="vault.members"),
    "members.give_back": _of("key_holder", both="accounts.propose"),
    "members.lost": Place("vault.members"),
    "members.identity_requests": Place("vault.open"),
    "members.identity_request": _of("unsealing", both="vault.unseal"),
    "members.offer_passkey": Place(post="vault.open"),
    "members.close": Place(post=SIGNED_IN),
    "members.state": Place(SIGNED_IN),
    "members.used": Place(post=SIGNED_IN),
    "members.go_on": Place("vault.open"),
    # --- accounts ---------------------------------------------------------------------------
    "accounts.sign_in": Place(ANYONE, ANYONE),
    "accounts.second_step": Place(ANYONE, ANYONE),
    "accounts.lost_phone": Place(ANYONE),
    "accounts.offer_to_sign_in": Place(post=ANYONE),
    "accounts.sign_in_with_passkey": Place(post=ANYONE),
    "accounts.offer_second_step": Place(post=ANYONE),
    "accounts.second_step_with_passkey": Place(post=ANYONE),
    "accounts.sign_out": Place(post=ANYONE),
    "accounts.join": Place(
        ANYONE, ANYONE, {"token": "invitation_token"}, shows="invited invitation"
    ),
    "accounts.new_password": Place(
        ANYONE, ANYONE, {"token": "password_token"}, shows="invited password"
    ),
    "accounts.confirm_password": Place(SIGNED_IN, SIGNED_IN),
    "accounts.offer_to_confirm": Place(post=SIGNED_IN),
    "accounts.confirm_passkey": Place(post=SIGNED_IN),
    "accounts.go_on": Place(SIGNED_IN),
    "accounts.own": Place(SIGNED_IN),
    "accounts.offer_to_add": Place(post=SIGNED_IN),
    "accounts.add_passkey": Place(SIGNED_IN, SIGNED_IN),
    "accounts.remove_passkey": _of("passkey", both="self"),
    "accounts.rename_passkey": _of("passkey", both="self"),
    "accounts.forget_browser": _of("browser", post="self"),
    "accounts.forget_browsers": Place(post=SIGNED_IN),
    "accounts.after_recovery": Place(SIGNED_IN),
    "accounts.answer_for_device": _of("device", post="self"),
    "accounts.own_name": Place(SIGNED_IN, SIGNED_IN),
    "accounts.own_password": Place(SIGNED_IN, SIGNED_IN),
    "accounts.enrol": Place(SIGNED_IN, SIGNED_IN),
    "accounts.recovery_codes": Place(SIGNED_IN, SIGNED_IN),
    "accounts.end_session": Place(post="self", address={"public_id": "session"}),
    "accounts.end_other_sessions": Place(post=SIGNED_IN),
    "accounts.index": Place("accounts.see", "accounts.see"),
    "accounts.account": _of("account", get="accounts.see"),
    "accounts.invite": Place("accounts.propose", "accounts.propose"),
    "accounts.invite_several": Place("accounts.propose", "accounts.propose"),
    "accounts.withdraw_invitation": _of("invitation", both="accounts.manage"),
    "accounts.roles": _of("account", both="accounts.propose"),
    "accounts.name": _of("account", both="accounts.manage"),
    "accounts.person": _of("account", both="accounts.propose"),
    "accounts.reactivate": _of("account", both="accounts.propose"),
    "accounts.new_password_link": _of("account", both="accounts.propose"),
    "accounts.end_session_of": _of("account", both="accounts.manage", session_id="session"),
    "accounts.end_sessions_of": _of("account", both="accounts.manage"),
    "accounts.ask_reset": _of("account", both="accounts.propose"),
    "accounts.requests": Place("accounts.agree", "accounts.agree"),
    "accounts.request": _of("request", both="accounts.agree"),
    "accounts.fetch_link": _of("agreed_request", post="accounts.fetch"),
    "accounts.notice_seen": _of("notice", post="self"),
    "accounts.second_step_roles": Place("settings.change", "settings.change"),
    "accounts.lock_own": Place(SIGNED_IN, SIGNED_IN),
    "accounts.lock": _of("account", both="accounts.manage"),
    "accounts.hand_over": _of("account", both="accounts.manage"),
    "accounts.handed_over": _of("left_account", get="accounts.see"),
    "accounts.access": Place("access.review"),
    "accounts.export_access": Place("access.review", "access.review", sent={"kind": "=csv"}),
    "accounts.record_review": Place(post="access.review"),
    "accounts.record_account_review": _of("account", post="access.review"),
    "accounts.lend_approvals": Place("approvals.delegate", "approvals.delegate"),
    "accounts.end_stand_in": Place(
        "approvals.end", "approvals.end", {"delegation_id": "delegation"}
    ),
    "funders.account": Place(
        "funders.tie", "funders.tie", address={"account_id": "funder_account"}
    ),
    "funders.agree": _tie(),
    "funders.send_back": _tie(),
    "funders.end": _tie(),
    "overview.index": Place("overview.see"),
    "overview.plan": Place("overview.see"),
    "overview.own": Place("overview.own", "overview.own"),
    "funder_reports.index": Place("funder_reports.see", "funder_reports.see"),
    "funder_reports.begin": Place(post="funder_reports.write"),
    "funder_reports.report": _of("proposed_report", get="funder_reports.read"),
    "funder_reports.paper": _of("proposed_report", get="funder_reports.read"),
    "funder_reports.sheets": _of("proposed_report", get="funder_reports.read"),
    "funder_reports.edit": _of("draft_report", both="funder_reports.write"),
    "funder_reports.propose": _of("draft_report", post="funder_reports.write"),
    "funder_reports.approve": _of("proposed_report", post="funder_reports.approve"),
    "funder_reports.settle_stories": _of("proposed_report", post="funder_reports.approve"),
    "funder_reports.send_back": _of("proposed_report", post="funder_reports.approve"),
    "funder_reports.template": Place(
        "funder_reports.write", "funder_reports.write", address={"funder_id": "funder"}
    ),
    "archive.index": Place("archive.see"),
    "archive.new": Place("archive.ask", "archive.ask"),
    "archive.request": Place("archive.see", address={"public_id": "archive"}),
    "archive.agree": Place(post="archive.agree", address={"public_id": "archive"}),
    "archive.send_back": Place(post="archive.agree", address={"public_id": "archive"}),
    "accounts.breaches": Place("breaches.see", "breaches.see"),
    "accounts.open_breach": Place("breaches.manage", "breaches.manage"),
    "accounts.breach": Place("breaches.see", address={"breach_id": "breach"}),
    "accounts.edit_breach": _breach(both="breaches.manage"),
    "accounts.add_breach_note": _breach(post="breaches.manage"),
    "accounts.record_notice": _breach(post="breaches.manage"),
    "accounts.close_breach": _breach(both="breaches.manage"),
    "accounts.trail": Place("audit.see", "audit.see"),
    "accounts.trail_by_day": Place("audit.see"),
    "accounts.verify_trail": Place(post="audit.verify"),
    # --- jobs -------------------------------------------------------------------------------
    "jobs.page": _of("job", get="self"),
    "jobs.state": _of("job", get="self"),
    "jobs.cancel": _of("job", post="self"),
    "jobs.result": _of("job", get="self"),
    # --- people -----------------------------------------------------------------------------
    "people.index": Place("people.see", "people.see"),
    "people.search": Place(post="people.find"),
    "people.add": Place("people.add", "people.add"),
    "people.person": _of("person", get="people.see"),
    "people.edit": _of("person", both="people.change"),
    "people.contact": _of("person", post="people.contact", which="=phone"),
    "people.ask_contact": _of("person", both="people.contact"),
    "people.contacts": Place("people.agree_contact"),
    "people.contact_request": Place(
        "people.agree_contact", address={"request_id": "contact_request"}
    ),
    "people.decide_contact": Place(
        post="people.agree_contact", address={"request_id": "contact_request", "step": "=agree"}
    ),
    "people.copy": _of("person", both="people.copy"),
    "people.erase": _of("person", both="people.ask_erasure"),
    "people.erasures": Place("people.erasures"),
    "people.erasure": Place("people.erasures", address={"request_id": "erasure"}),
    "people.approve_erasure": Place(post="people.erase", address={"request_id": "erasure"}),
    "people.refuse_erasure": Place(post="people.erase", address={"request_id": "erasure"}),
    "people.withdraw_erasure": Place(post="people.ask_erasure", address={"request_id": "erasure"}),
    "people.looks_seen": Place(
        post="people.looks", address={"account_id": "=0000000000000000", "day": "=2026-11-16"}
    ),
    "people.consent": _of("person", both="people.change", purpose="=contact"),
    "people.transfer": _of("person", both="people.change"),
    "people.transfer_many": Place("people.add", "people.add"),
    "people.minors": Place("people.minors", "people.minors"),
    "people.minor_seen": _of("person", post="people.minors"),
    "people.trail": _of("person", both="people.trail"),
    "people.signed_forms": Place(post="people.add"),
    "people.consent_forms": Place(post="people.add"),
    "people.next_step_of_ticked": Place(post="people.add", address={"step": "=enrol"}),
    "people.consent_form": _of("person", get="people.change"),
    "people.duplicates": Place("people.duplicates"),
    "people.look_for_duplicates": Place(post="people.duplicates"),
    "people.told_apart": Place("people.duplicates"),
    "people.tell_apart": Place(post="people.merge", address={"pair_id": "pair"}),
    "people.take_back_apart": Place(post="people.merge", address={"pair_id": "apart"}),
    "people.merge_with": _of("person", both="people.merge"),
    "people.merge": _of("person", both="people.merge", other_id="person_beside"),
    "people.undo_merge": Place("people.merge", "people.merge", {"merge_id": "merge"}),
    "people.organisations": Place("organisations.see", "organisations.see"),
    "people.add_organisation": Place("organisations.change", "organisations.change"),
    "people.edit_organisation": _of("organisation", both="organisations.change"),
    "people.groups": Place("settings.see"),
    "people.add_group": Place("settings.change", "settings.change"),
    "people.edit_group": _of("group", both="settings.change"),
    "people.lists": Place("people.import", "people.import"),
    "people.bring_list": Place("people.import", "people.import"),
    "people.list_template": Place("people.add", address={"group_id": "group"}),
    "people.list": Place("people.import", "people.import", address={"list_id": "list"}),
    "people.list_columns": Place(post="people.import", address={"list_id": "list"}),
    "people.list_row": Place(post="people.import", address={"list_id": "list", "number": "=2"}),
    "people.confirm_list": Place(post="people.import", address={"list_id": "list"}),
    "people.read_list": Place(post="people.import", address={"list_id": "list"}),
    "people.stop_list": Place(post="people.import", address={"list_id": "list"}),
    "people.cancel_list": Place("people.import", "people.import", address={"list_id": "list"}),
    "people.undo_list": Place("people.import", "people.import", address={"list_id": "list_added"}),
    "people.list_report": Place("people.import", address={"list_id": "list_added"}),
    "people.list_next": Place(
        post="people.import", address={"list_id": "list_added", "step": "=enrol"}
    ),
    # --- the directory of services ----------------------------------------------------------
    "directory.index": Place("directory.see", "directory.see"),
    "directory.search": Place(post="directory.see"),
    "directory.entry": _of("service", get="directory.see"),
    "directory.address": _of("service", post="directory.change"),
    "directory.checked": _of("service", post="directory.change"),
    "directory.add": Place("directory.change", "directory.change"),
    "directory.edit": _of("service", both="directory.change"),
    "directory.cards": Place("directory.see", "directory.see"),
    "directory.paper": Place("directory.see"),
    "directory.table": Place("directory.see"),
    # --- budgets ----------------------------------------------------------------------------
    "budget.index": Place("budget.page"),
    "budget.table": Place("budget.page"),
    "budget.workshop": _of("workshop", get="budget.see"),
    "budget.add_line": _of("workshop", both="budget.edit"),
    "budget.edit_line": _of("workshop", both="budget.edit", line_id="budget_line"),
    "budget.remove_line": _of("workshop", both="budget.edit", line_id="budget_line"),
    "budget.close": _of("workshop", both="budget.edit"),
    "budget.open_again": _of("workshop", post="budget.edit"),
    # --- absences and venues ----------------------------------------------------------------
    "absences.index": Place("absences.see", "absences.see"),
    "absences.add": Place("absences.write", "absences.write"),
    "absences.edit": _of("absence", both="absences.write"),
    "absences.remove": _of("absence", both="absences.write"),
    "absences.teaching": _of("teacher", both="absences.write"),
    "venues.index": Place("venues.see", "venues.see"),
    "venues.search": Place(post="venues.see"),
    "venues.venue": _of("venue", get="venues.see"),
    "venues.add": Place("venues.plan", "venues.plan"),
    "venues.edit": _of("venue", both="venues.plan"),
    "venues.add_block": _of("venue", both="venues.plan"),
    "venues.remove_block": _of("venue", both="venues.plan", block_id="block"),
    "venues.travel": Place("venues.see"),
    "venues.travel_from": _of("zone", both="venues.plan"),
    # --- training ---------------------------------------------------------------------------
    "training.index": Place("curriculum.see", "curriculum.see"),
    "training.add_course": Place("curriculum.change", "curriculum.change"),
    "training.bring": Place("curriculum.change", "curriculum.change"),
    "training.confirm_course": Place(post="curriculum.change"),
    "training.starting_library": Place("curriculum.change", "curriculum.change"),
    "training.take_course": _of("course", get="curriculum.compare"),
    "training.course": _of("course", get="curriculum.see"),
    "training.edit_course": _of("course", both="curriculum.change"),
    "training.start_version": _of("course", post="curriculum.change"),
    "training.version": _of("version", get="curriculum.see"),
    "training.session": _of("version", get="curriculum.see", plan_id="version_plan"),
    "training.guide": _of("version", get="curriculum.see"),
    "training.handout": _of("version", get="curriculum.see"),
    "training.compare_versions": _of("version", get="curriculum.compare"),
    "training.translate": _of("version", post="curriculum.change"),
    "training.translation": _of("translation", get="curriculum.compare"),
    "training.write_translation": _of("translation", post="curriculum.change"),
    "training.session_translation": _of(
        "translation", get="curriculum.compare", plan_id="translation_plan"
    ),
    "training.write_session_translation": _of(
        "translation", post="curriculum.change", plan_id="translation_plan"
    ),
    "training.follow": _of("translation", both="curriculum.change", source_id="version"),
    "training.edit": _of("draft", both="curriculum.change"),
    "training.arrange_modules": _of("draft", post="curriculum.change"),
    "training.arrange_plans": _of("draft", post="curriculum.change", module_id="draft_module"),
    "training.remove_module": _of("draft", both="curriculum.change", module_id="draft_module"),
    "training.remove_plan": _of("draft", both="curriculum.change", plan_id="draft_plan"),
    "training.edit_session": _of("draft", both="curriculum.change", plan_id="draft_plan"),
    "training.material": _of(
        "draft", both="curriculum.change", plan_id="draft_plan", row_id="draft_material"
    ),
    "training.remove_material_file": _of(
        "draft", both="curriculum.change", plan_id="draft_plan", row_id="draft_material"
    ),
    "training.material_file": _of(
        "version", get="curriculum.see", plan_id="version_plan", row_id="version_material"
    ),
    "training.propose": _of("draft", post="curriculum.change"),
    "training.take_back": _of("proposed", post="curriculum.change"),
    "training.publish": _of("proposed", both="curriculum.approve"),
    "training.return_to_draft": _of("proposed", post="curriculum.approve"),
    # --- questions and tests ----------------------------------------------------------------
    "assessments.bank": _of("course", get="assessments.questions"),
    "assessments.add": _of("course", both="assessments.write"),
    "assessments.question": _of("course", both="assessments.write", question_id="question"),
    "assessments.wordings": _of("course", get="assessments.questions", question_id="question"),
    "assessments.away": _of("course", post="assessments.write", question_id="question"),
    "assessments.back": _of("course", post="assessments.write", question_id="question"),
    "assessments.bring": _of("course", post="assessments.write"),
    "assessments.moodle": _of("course", get="assessments.questions"),
    "assessments.qti": _of("course", get="assessments.questions"),
    "assessments.workshop": _of("workshop", get="assessments.see"),
    "assessments.make": _of("workshop", both="assessments.hold", moment="=follow_up"),
    "assessments.choose": _of("workshop", both="assessments.hold", test_id="new_test"),
    "assessments.test": _of("workshop", get="assessments.see", test_id="test"),
    "assessments.open_test": _of("workshop", post="assessments.hold", test_id="test"),
    "assessments.close_test": _of("workshop", both="assessments.hold", test_id="test"),
    "assessments.remove": _of("workshop", both="assessments.hold", test_id="new_test"),
    "assessments.wall": _of("workshop", get="assessments.hold", test_id="test"),
    "assessments.wall_code": _of("workshop", get="assessments.hold", test_id="test"),
    "assessments.results": _of("workshop", get="assessments.see"),
    "assessments.grid": _of("workshop", both="assessments.hold", test_id="test"),
    "assessments.aloud": _of(
        "workshop", both="assessments.hold", test_id="test", asked_id="scale_asked"
    ),
    "assessments.practice": _of("workshop", get="assessments.see"),
    "assessments.delete_words": _of("workshop", both="assessments.hold", told_id="told"),
    "assessments.tell": _of("workshop", both="assessments.hold", entry_id="entry"),
    "assessments.scores": _of("workshop", both="assessments.hold", test_id="test"),
    "assessments.sheets": _of("workshop", both="assessments.hold", test_id="test"),
    "assessments.print_sheets": _of("workshop", post="assessments.hold", test_id="test"),
    "assessments.confirm_sheets": _of("workshop", post="assessments.hold", test_id="test"),
    "assessments.phone": Place(ANYONE),
    "assessments.phone_leave": Place(ANYONE),
    "assessments.phone_worker": Place(ANYONE),
    "assessments.phone_open": Place(post=ANYONE),
    "assessments.phone_answers": Place(post=ANYONE),
    # --- workshops --------------------------------------------------------------------------
    "workshops.index": Place("workshops.see", "workshops.see"),
    "workshops.add": Place("workshops.plan", "workshops.plan"),
    "workshops.talk": Place("workshops.plan", "workshops.plan"),
    "workshops.team": Place(post="workshops.plan"),
    "workshops.workshop": _of("workshop", get="workshops.see"),
    "workshops.edit": _of("workshop", both="workshops.change"),
    "workshops.costs": _of("workshop", both="workshops.change"),
    "workshops.cancel": _of("workshop", both="workshops.change"),
    "workshops.restore": _of("workshop", post="workshops.change"),
    "workshops.duplicate": _of("workshop", both="workshops.change"),
    "workshops.add_session": _of("workshop", both="workshops.change"),
    "workshops.session": _of("workshop", both="workshops.change", session_id="teaching"),
    "workshops.taught": _of("workshop", both="workshops.change", session_id="teaching"),
    "workshops.tap_time": Place(
        "",
        "workshops.change",
        {"public_id": "workshop", "session_id": "teaching"},
        sent={"edge": "=start"},
    ),
    "workshops.untap_time": Place(
        "",
        "workshops.change",
        {"public_id": "workshop", "session_id": "teaching"},
        sent={"edge": "=start"},
    ),
    "workshops.remove_session": _of("workshop", both="workshops.change", session_id="teaching"),
    "workshops.order": _of("workshop", both="workshops.change"),
    "workshops.lay_out": _of("workshop", both="workshops.change"),
    "workshops.people": _of("workshop", get="workshops.roster"),
    "workshops.find_people": _of("workshop", post="workshops.change"),
    "workshops.enrol": Place(
        "", "workshops.change", {"public_id": "workshop"}, sent={"person": "person_outside"}
    ),
    "workshops.change_enrolment": Place(
        "",
        "workshops.change",
        {"public_id": "workshop", "enrolment_id": "enrolment"},
        sent={"state": "=confirmed", "become": "=withdrawn"},
    ),
    "workshops.withdraw": _of("workshop", both="workshops.change", enrolment_id="enrolment"),
    "workshops.enrol_chosen": Place(
        "", "workshops.change", {"public_id": "workshop"}, sent={"chosen": "person_outside"}
    ),
    "workshops.change_several": Place(
        "",
        "workshops.change",
        {"public_id": "workshop"},
        sent={"chosen": "person", "become": "=withdrawn"},
    ),
    "workshops.copy_people": _of("workshop", both="workshops.change"),
    "workshops.ask_contacts": _of("workshop", both="workshops.change"),
    "workshops.answer": _of("workshop", post="workshops.answer"),
    "workshops.answer_links": _of("workshop", post="workshops.change"),
    "workshops.earlier": Place("curriculum.change", "curriculum.change", {"course_id": "course"}),
    "workshops.seats": Place("workshops.rule", "workshops.rule"),
    "invitations.workshop": _of("workshop", get="workshops.change"),
    "invitations.decide_rows": _of("workshop", post="workshops.change"),
    "invitations.quotas": _of("workshop", both="workshops.change"),
    "invitations.open_link": _of("workshop", both="workshops.change"),
    "invitations.withdraw": _of("workshop", both="workshops.change", link_id="quota_link"),
    "invitations.letter": _of("workshop", get="workshops.change", link_id="quota_link"),
    "invitations.station": Place(ANYONE, ANYONE, {"token": "quota_token"}),
    "invitations.station_out": Place(
        post=ANYONE, address={"token": "quota_token", "row_id": "put_down"}
    ),
    "invitations.sign_up": Place(ANYONE, ANYONE, {"token": "open_token"}),
    "answers.answer": Place(ANYONE, ANYONE, {"token": "answer_link"}),
    "workshops.walk_in": _of("workshop", both="workshops.change"),
    "workshops.attendance_table": _of("workshop", post="attendance.see"),
    "workshops.attendance": _of("workshop", get="attendance.see"),
    "workshops.save_attendance": _of("workshop", post="attendance.mark"),
    "workshops.register": _of("workshop", get="attendance.see", session_id="teaching"),
    "workshops.save_register": _of("workshop", post="attendance.mark", session_id="teaching"),
    "workshops.reopen": _of("workshop", post="attendance.mark", session_id="teaching"),
    "workshops.confirm_registers": _of("workshop", get="attendance.confirm"),
    "workshops.confirm_day": _of("workshop", post="attendance.confirm"),
    "workshops.confirm_and_next": _of(
        "workshop", post="attendance.confirm", session_id="closed_session"
    ),
    "workshops.confirm_register": _of(
        "workshop", get="attendance.confirm", session_id="closed_session"
    ),
    "workshops.correct_mark": _of(
        "workshop", both="attendance.mark", session_id="confirmed_session", entry_id="entry"
    ),
    "workshops.mark_history": _of(
        "workshop", get="attendance.see", session_id="teaching", entry_id="entry"
    ),
    "workshops.held": _of("workshop", get="attendance.mark"),
    "workshops.decide_held": _of("workshop", post="attendance.mark", item_id="held"),
    "workshops.walk_ins": _of("workshop", get="attendance.mark"),
    "workshops.settle_walk_in": _of("workshop", post="attendance.mark", walk_in_id="walk_in"),
    "workshops.headcount": _of("workshop", both="attendance.mark", session_id="teaching"),
    "workshops.signatures": _of("workshop", get="attendance.mark", session_id="teaching"),
    "workshops.import_queue": _of("workshop", both="attendance.mark"),
    "workshops.pad": _of("workshop", get="attendance.mark"),
    "workshops.take_pad": _of("workshop", post="attendance.mark"),
    "workshops.revoke_pad": _of("workshop", post="attendance.mark", pad_id="pad"),
    # A phone's own key stands in place of a sign-in.
    "attendance.sync": Place(post=ANYONE),
    # What a phone keeps has nothing in it.
    "attendance.pad": Place(ANYONE),
    "attendance.pad_leave": Place(ANYONE),
    "attendance.pad_manifest": Place(ANYONE),
    "attendance.pad_texts": Place(ANYONE, address={"language": "=sw"}),
    "attendance.pad_worker": Place(ANYONE),
    "workshops.documents": _of("workshop", get="attendance.see"),
    "workshops.print_register": _of("workshop", post="attendance.mark"),
    "workshops.sheets": _of("workshop", get="attendance.confirm"),
    "workshops.upload_scans": _of("workshop", post="attendance.mark"),
    "workshops.read_sheet": _of("workshop", both="attendance.mark", sheet_id="sheet"),
    "workshops.print_again": _of("workshop", post="attendance.mark", sheet_id="sheet"),
    "workshops.scan_picture": _of("workshop", get="attendance.confirm", scan_id="scan"),
    "workshops.match_scan": _of("workshop", both="attendance.mark", scan_id="scan"),
    "workshops.remove_scan": _of("workshop", both="attendance.mark", scan_id="scan"),
    "workshops.print_badges": _of("workshop", post="attendance.mark"),
    "workshops.scan": _of("workshop", both="attendance.mark", session_id="teaching"),
    "workshops.screen": _of("workshop", get="attendance.mark", session_id="teaching"),
    "workshops.screen_code": _of("workshop", get="attendance.mark", session_id="teaching"),
    "workshops.check_in": Place("attendance.check_in", "attendance.check_in"),
    "workshops.counts": _of("workshop", get="attendance.see"),
    "workshops.settle": _of(
        "workshop", both="attendance.mark", session_id="teaching", entry_id="entry", source="=paper"
    ),
    # --- certificates -----------------------------------------------------------------------
    "certificates.verify": Place(ANYONE, ANYONE),
    # The same for everybody: where printed codes lead, and what it needs to tell without asking.
    "certificates.scan": Place(ANYONE),
    "certificates.keys_file": Place(ANYONE),
    "certificates.status_file": Place(ANYONE),
    "certificates.worker_file": Place(ANYONE),
    "certificates.issuer_file": Place(ANYONE),
    "certificates.identity_file": Place(ANYONE),
    "certificates.badges_file": Place(ANYONE),
    "certificates.badge": _of("certificate", post="certificates.badge"),
    "certificates.holder_badge": _of("certificate", post=ANYONE),
    "certificates.signing_keys": Place("certificates.keys"),
    "certificates.change_key": Place("certificates.keys", "certificates.keys"),
    "certificates.index": Place("certificates.see"),
    "certificates.find": Place(post="certificates.see"),
    "certificates.certificate": _of("certificate", get="certificates.see"),
    "certificates.file": _of("certificate", post="certificates.see"),
    "certificates.correct": _of("certificate", both="certificates.propose"),
    "certificates.export": Place("certificates.staff", "certificates.staff"),
    "certificates.holder_links": _of("person", get="certificates.print"),
    "certificates.make_holder_link": _of("person", post="certificates.print"),
    "certificates.end_holder_link": _of("person", post="certificates.print", link_id="holder_link"),
    "certificates.holder_link": Place(ANYONE, address={"token": "holder_token"}),
    "certificates.use_holder_link": Place(post=ANYONE, address={"token": "holder_token"}),
    # Without the visit that a link begins they are as if they were not there.
    "certificates.holder_page": Place(ANYONE),
    "certificates.holder_file": _of("certificate", post=ANYONE),
    "certificates.end_holder_visit": Place(post=ANYONE),
    "certificates.renewals": _of("workshop", get="certificates.propose"),
    "certificates.propose_renewals": _of("workshop", post="certificates.propose"),
    "certificates.preview": _of("workshop", get="certificates.staff", batch_id="batch"),
    "certificates.stop": _of("workshop", post="certificates.print", batch_id="proposed_batch"),
    "certificates.leave_out": _of("workshop", post="certificates.print", batch_id="proposed_batch"),
    "certificates.revoke": _of("certificate", both="certificates.revoke"),
    "certificates.designs": Place("certificates.designs"),
    "certificates.new_design": Place("certificates.design", "certificates.design"),
    "certificates.design": _design(get="certificates.designs"),
    "certificates.edit_design": _design(both="certificates.design"),
    "certificates.preview_design": _design(post="certificates.design"),
    "certificates.design_picture": _design(get="certificates.designs"),
    "certificates.design_paper": _design(get="certificates.designs"),
    "certificates.preview_people": _design(post="certificates.design"),
    "certificates.use_design": _design(post="certificates.design"),
    "certificates.choose_design": _design(post="certificates.design"),
    "certificates.retire_design": _design(post="certificates.design"),
    "certificates.design_pictures": _design(both="certificates.design"),
    "certificates.remove_design_picture": _design(
        post="certificates.design", image_id="design_image"
    ),
    "certificates.design_image": _design(get="certificates.designs", image_id="design_image"),
    "certificates.signature": Place("certificates.sign", "certificates.sign"),
    "certificates.signature_image": Place("certificates.sign"),
    "certificates.withdraw_signature": Place("certificates.sign", "certificates.sign"),
    "certificates.sign_design": _design(post="certificates.sign_batch"),
    "certificates.withdraw_signature_use": Place(
        post="certificates.sign", address={"use_id": "signature_use"}
    ),
    "certificates.sign_batch": _of("workshop", post="certificates.sign_batch", batch_id="batch"),
    "certificates.marks": Place("certificates.design"),
    "certificates.mark": Place(
        "certificates.design", "certificates.design", {"funder_id": "funder"}
    ),
    "certificates.mark_image": Place("certificates.design", address={"funder_id": "funder"}),
    "certificates.remove_mark": Place(post="certificates.design", address={"funder_id": "funder"}),
    "certificates.rule": Place("certificates.rule", "certificates.rule"),
    "certificates.rule_track": _of("track", both="certificates.rule"),
    "certificates.workshop": _of("workshop", get="certificates.staff"),
    "certificates.send_links": _of("workshop", both="certificates.print", batch_id="batch"),
    "certificates.specimen": _of("workshop", get="certificates.print"),
    "certificates.propose": _of("workshop", post="certificates.propose"),
    "certificates.names": _of("workshop", both="certificates.propose"),
    "certificates.name_sheet": _of("workshop", get="certificates.propose", letter="=B"),
    "certificates.batch": _of("workshop", both="certificates.staff", batch_id="batch"),
    "certificates.approve": _of("workshop", post="certificates.approve", batch_id="proposed_batch"),
    "certificates.turn_back": _of(
        "workshop", post="certificates.return", batch_id="proposed_batch"
    ),
    "certificates.issue": _of("workshop", both="certificates.print", batch_id="proposed_batch"),
    "certificates.make_paper": _of("workshop", post="certificates.print", batch_id="batch"),
    # --- incidents --------------------------------------------------------------------------
    "incidents.index": Place("incidents.see"),
    "incidents.search": Place(post="incidents.see"),
    "incidents.save_view": Place(post="incidents.see"),
    "incidents.remove_view": Place(post="incidents.see", address={"view_id": "incident_view"}),
    "incidents.case": _case(get="incidents.see"),
    "incidents.ask_by_receipt": _case(post="incidents.change"),
    "incidents.comment": _case(post="incidents.change"),
    "incidents.note_line": _case(post="incidents.change"),
    "incidents.take_line_back": _case(post="incidents.change"),
    "incidents.let_her_read": _case(post="incidents.change"),
    "incidents.take_sentence_back": _case(post="incidents.change"),
    "incidents.urgent": _case(post="incidents.change"),
    "incidents.step": _case(both="incidents.change", verb="=triage"),
    "incidents.assign": _case(both="incidents.change"),
    "incidents.declare": _case(both="incidents.change"),
    "incidents.seconds_list": Place("incidents.see", "incidents.see"),
    "incidents.second": _case(both="incidents.see", proposal="=s1"),
    "incidents.hold_case": _case(both="incidents.see"),
    "incidents.lift_hold": _case(both="incidents.see", hold_id="=h1"),
    "incidents.shred": _case(both="incidents.change"),
    "incidents.links": _case(both="incidents.change"),
    "incidents.add_link": Place(
        post="incidents.change",
        address={"reference": "incident"},
        sent={"kind": "=incident", "id": "incident_beside"},
    ),
    "incidents.remove_link": Place(
        post="incidents.change",
        address={"reference": "incident"},
        sent={"kind": "=incident", "id": "incident_linked"},
    ),
    "incidents.identity": _case(both="incidents.change", person="=p1"),
    "incidents.read_identity": _case(post="incidents.identity", person="=p1"),
    "incidents.ask_identity": _case(both="incidents.change", person="=p1"),
    "incidents.read_granted_identity": _case(post="incidents.change", person="=p1"),
    "incidents.identity_of": Place("incidents.change", address={"document": "identity_document"}),
    "incidents.court_asks": _case(both="incidents.change"),
    "incidents.her_choice": _case(both="incidents.change"),
    "incidents.own_yes": _case(post="incidents.change"),
    "incidents.ask_mediator": _case(both="incidents.change"),
    "incidents.ask_next": _case(post="incidents.change", intervention_id="=i1"),
    "incidents.withdraw_request": _case(post="incidents.change", intervention_id="=i1"),
    "incidents.new_case": Place("incidents.change", "incidents.change"),
    "incidents.phone_in": Place("incidents.change", "incidents.change"),
    "incidents.keep_form": Place(post="incidents.change"),
    "incidents.edit_case": _case(both="incidents.change"),
    "incidents.changes": _case(get="incidents.see"),
    "incidents.taking": _case(both="incidents.change"),
    "incidents.give_account": _case(both="incidents.change"),
    "incidents.redact": _case(both="incidents.change"),
    "incidents.consents": _case(both="incidents.change"),
    "incidents.consent_form": Place("incidents.change"),
    "incidents.referrals": _case(both="incidents.change"),
    "incidents.contact": _case(both="incidents.change"),
    "incidents.terms": _case(both="incidents.change"),
    "incidents.limits": _case(both="incidents.change", person="=p1"),
    "incidents.bail": _case(both="incidents.change"),
    "incidents.correct_bail": _case(both="incidents.change", bail_id="=b1"),
    "incidents.remove_bail": _case(both="incidents.change", bail_id="=b1"),
    "incidents.decisions": Place("incidents.decide", "incidents.decide"),
    "incidents.decision": _case(both="incidents.decide"),
    "incidents.term_to_bail": _case(both="incidents.decide", term_id="=t9"),
    "incidents.case_file": _case(both="incidents.change"),
    "incidents.add_evidence": _case(both="incidents.change"),
    "incidents.evidence": _evidence(get="incidents.see"),
    "incidents.evidence_copy": _evidence(post="incidents.see"),
    "incidents.evidence_custody": _evidence(post="incidents.change"),
    "incidents.evidence_label": _evidence(both="incidents.change"),
    "incidents.evidence_original": _evidence(both="incidents.change"),
    "incidents.evidence_sheet": _evidence(post="incidents.change"),
    "incidents.remove_evidence": _evidence(both="incidents.change"),
    "incidents.duty_list": Place("incidents.duty"),
    "incidents.add_mediator": Place("incidents.duty", "incidents.duty"),
    "incidents.edit_mediator": Place("incidents.duty", "incidents.duty", {"duty_id": "duty"}),
    "incidents.remove_mediator": Place("incidents.duty", "incidents.duty", {"duty_id": "duty"}),
    "incidents.hand_over": Place("incidents.change", "incidents.change"),
    "incidents.duty_sheet": Place("incidents.duty"),
    "incidents.officers": Place("incidents.duty", "incidents.duty"),
    "incidents.officer": Place("incidents.duty", "incidents.duty", {"account": "officer"}),
    "incidents.number": Place("incidents.number", "incidents.number"),
    "incidents.outside": Place("incidents.outside", "incidents.outside"),
    "incidents.briefs": Place("incidents.briefs"),
    "incidents.own_duty": Place(post="incidents.briefs"),
    "incidents.answer_brief": Place(post="incidents.briefs", address={"brief_id": "brief"}),
    "incidents.close_brief": Place(post="incidents.briefs", address={"brief_id": "brief"}),
    # --- evaluations ------------------------------------------------------------------------
    "reports.workshop": _of("workshop", get="reports.see"),
    "reports.paper": _of("workshop", get="reports.see"),
    "evaluations.answer": Place(ANYONE, ANYONE),
    "evaluations.workshop": _of("workshop", get="evaluations.see"),
    "evaluations.add": _of("workshop", post="evaluations.run"),
    "evaluations.form": _of("workshop", get="evaluations.see", form_id="closed_evaluation"),
    "evaluations.open_form": _of("workshop", both="evaluations.run", form_id="evaluation"),
    "evaluations.longer": _of("workshop", post="evaluations.run", form_id="open_evaluation"),
    "evaluations.close": _of("workshop", both="evaluations.run", form_id="open_evaluation"),
    "evaluations.remove": _of("workshop", both="evaluations.run", form_id="evaluation"),
    "evaluations.add_question": _of("workshop", both="evaluations.run", form_id="evaluation"),
    "evaluations.question": _of(
        "workshop", both="evaluations.run", form_id="evaluation", question_id="evaluation_question"
    ),
    "evaluations.move_question": _of(
        "workshop", post="evaluations.run", form_id="evaluation", question_id="evaluation_question"
    ),
    "evaluations.remove_question": _of(
        "workshop", both="evaluations.run", form_id="evaluation", question_id="evaluation_question"
    ),
    "evaluations.wall": _of("workshop", get="evaluations.run", form_id="open_evaluation"),
    "evaluations.paper": _of("workshop", get="evaluations.see", form_id="evaluation"),
    "evaluations.enter_sheet": _of("workshop", both="evaluations.run", form_id="open_evaluation"),
    "evaluations.export": _of("workshop", get="evaluations.see", form_id="closed_evaluation"),
    # --- what is missing ---------------------------------------------------------------------
    "desk.missing": Place("records.list"),
    "desk.missing_kind": Place("records.list", address={"kind": "=registers"}),
    "desk.missing_table": Place("records.list", "records.list", address={"kind": "=registers"}),
    # --- what the people of a workshop are told -------------------------------------------------
    "announcements.telling": _of("workshop", both="workshops.change"),
    "announcements.end": _of("workshop", both="workshops.change"),
    # --- series ------------------------------------------------------------------------------
    "series.index": Place("series.change", "series.change"),
    "series.new_of_workshop": _of("workshop", both="workshops.change"),
    "series.new_of_forum": _forum(both="forums.run"),
    "series.one": _series(get="series.change"),
    "series.more": _series(both="series.change"),
    "series.change": _series(both="series.change", date_id="series_date"),
    "series.leave": _series(both="series.change", date_id="series_date"),
    "series.take": _series(post="series.change", date_id="series_date"),
    # --- calendars by an address ----------------------------------------------------------------
    "feeds.read": Place(ANYONE, address={"token": "calendar_token"}),
    "feeds.own": Place(SIGNED_IN),
    "feeds.make_own": Place(SIGNED_IN, SIGNED_IN),
    "feeds.end_own": Place(SIGNED_IN, SIGNED_IN),
    "feeds.venues": Place("feeds.venues", "feeds.venues"),
    "feeds.make_venue": _of("venue", both="feeds.venues"),
    "feeds.end_venue": _of("venue", both="feeds.venues"),
    # --- tokens of programs, and what programs ask with them ----------------------------------
    "api.index": Place("api.list", "api.list"),
    "api.reference": Place("api.list"),
    "api.openapi_file": Place("api.list"),
    "api.ask": Place("api.ask", "api.ask"),
    "api.token": _of("api_token", get="api.see"),
    "api.agree": _of("api_token", post="api.agree"),
    "api.send_back": _of("api_token", post="api.agree"),
    "api.fetch": _of("api_token", post="api.make"),
    "api.end": _of("api_token", both="api.see"),
    # No session counts here, whoever's it is: `tests/exchange/api` asks them by every scope.
    "api_v1.about_token": Place(BY_TOKEN),
    "api_v1.openapi": Place(BY_TOKEN),
    "api_v1.list_people": Place(BY_TOKEN),
    "api_v1.read_person": _of("person", get=BY_TOKEN),
    "api_v1.list_workshops": Place(BY_TOKEN),
    "api_v1.read_workshop": _of("workshop", get=BY_TOKEN),
    "api_v1.read_attendance": _of("workshop", get=BY_TOKEN),
    "api_v1.mark_attendance": _of("workshop", post=BY_TOKEN),
    "api_v1.list_certificates": Place(BY_TOKEN),
    "api_v1.read_certificate": Place(BY_TOKEN, address={"serial": "=K7RM2WQX4NVH"}),
    "api_v1.list_releases": Place(BY_TOKEN),
    "api_v1.list_indicators": Place(BY_TOKEN),
    "api_v1.read_indicator": Place(BY_TOKEN, address={"key": "=headcount"}),
    # --- skills of trainers ------------------------------------------------------------------
    "skills.index": Place("skills.see"),
    "skills.table": Place("skills.see"),
    "skills.one_trainer": _of("skilled", get="skills.see"),
    "skills.grant": _of("skilled", both="skills.grant"),
    "skills.end": _of("skilled", both="skills.grant", skill_id="skill"),
    "skills.defer": _of("skilled", both="skills.grant"),
    # --- the calendar: each room shows in it what it would show anyway ------------------------
    "calendar.index": Place("calendar.see"),
    "calendar.move": _of("workshop", both="workshops.change"),
    "calendar.free_days": _of("workshop", get="workshops.change"),
    "calendar.undo": Place(post="workshops.plan"),
    # --- printed figures --------------------------------------------------------------------
    "releases.index": Place("releases.see"),
    "releases.table": Place("releases.see"),
    "releases.release": _of("release", get="releases.see"),
    "releases.note": _of("release", both="releases.make"),
    "releases.print_day": Place(post="releases.make", sent={"day": "=2025-06-30"}),
    # --- plans of printed figures -------------------------------------------------------------
    "releases.put_back": Place("releases.see"),
    "releases.say_what_became": Place(post="releases.make", sent={"day": "=2025-06-30"}),
    "releases.agree_what_became": Place(post="releases.approve"),
    "releases.return_what_became": Place(post="releases.approve"),
    "releases.plans": Place("releases.see"),
    "releases.plan": Place("releases.see", address={"plan_id": "release_plan"}),
    "releases.new_plan": Place("releases.make", "releases.make"),
    "releases.edit_plan": Place(
        "releases.make", "releases.make", address={"plan_id": "waiting_plan"}
    ),
    "releases.approve_plan": Place(post="releases.approve", address={"plan_id": "waiting_plan"}),
    "releases.return_plan": Place(post="releases.approve", address={"plan_id": "waiting_plan"}),
    # --- statements ---------------------------------------------------------------------------
    # Nothing was sent to the funder that the account of the funder here belongs to.
    "statements.index": Place("statements.see", "statements.see"),
    "statements.statement": _of("statement", get="statements.read"),
    "statements.document": _of("statement", get="statements.read"),
    "statements.freeze": Place("statements.make", "statements.make"),
    "statements.freeze_again": _of("draft_statement", post="statements.make"),
    "statements.propose": _of("draft_statement", post="statements.make"),
    "statements.discard": _of("draft_statement", both="statements.make"),
    "statements.approve": _of("proposed_statement", post="statements.approve"),
    "statements.turn_back": _of("proposed_statement", post="statements.approve"),
    "statements.send": _of("proposed_statement", both="statements.make"),
    "statements.left": Place("statements.ledger"),
    "statements.left_funder": Place(
        "statements.ledger", "statements.ledger", address={"funder_id": "funder"}
    ),
    # --- connections --------------------------------------------------------------------------
    "connections.index": Place("connections.see"),
    "connections.connection": _of("connection", get="connections.see"),
    "connections.record": Place(
        "connections.record", "connections.record", address={"kind": "=dhis2"}
    ),
    "connections.edit": _of("connection", both="connections.record"),
    "connections.agree": _of("connection", post="connections.agree"),
    "connections.send_back": _of("connection", post="connections.agree"),
    "connections.switch_on": _of("connection", post="connections.record"),
    "connections.switch_off": _of("connection", post="connections.see"),
    # --- forms of KoboToolbox -----------------------------------------------------------------
    "dhis2.system": _of("dhis2_connection", get="dhis2.use"),
    "dhis2.map_cell": _of("dhis2_connection", both="dhis2.use"),
    "dhis2.remove_cell": _of("dhis2_connection", both="dhis2.use", cell_id="dhis2_cell"),
    "dhis2.preview": Place(
        "dhis2.use", address={"public_id": "dhis2_connection"}, sent={"period": "=2025"}
    ),
    "dhis2.ask_to_push": Place(
        post="dhis2.use", address={"public_id": "dhis2_connection"}, sent={"period": "=2025"}
    ),
    "dhis2.left": _of("dhis2_connection", both="statements.ledger"),
    "dhis2.push": _of("dhis2_connection", get="dhis2.use", push_id="dhis2_push"),
    "kobo.index": Place("kobo.use"),
    "kobo.empty_form": Place("kobo.use", address={"group_id": "group"}),
    "kobo.connection": _of("kobo_connection", both="kobo.use"),
    "kobo.form": _of("kobo_form", get="kobo.use"),
    "kobo.fetch_rows": _of("kobo_form", post="kobo.use"),
    "kobo.remove_form": _of("kobo_form", both="kobo.use"),
    # --- coverage ---------------------------------------------------------------------------
    "coverage.index": Place("coverage.see"),
    "coverage.needs": Place("coverage.see"),
    "coverage.moves": Place("coverage.see"),
    "coverage.table": Place("coverage.see"),
    "coverage.paper": Place("coverage.see"),
    "coverage.station": _of("station", both="coverage.see"),
    "coverage.goal": Place("coverage.goal", "coverage.goal"),
    # --- indicators -------------------------------------------------------------------------
    "indicators.index": Place("indicators.see", "indicators.see"),
    "indicators.figure": _indicator(both="indicators.see"),
    "indicators.people": _indicator(both="indicators.see"),
    "indicators.shared": Place("indicators.see", "indicators.see"),
    "indicators.levels": Place("indicators.see"),
    "indicators.definitions": Place("indicators.see"),
    "indicators.definition": _indicator(get="indicators.see"),
    "indicators.propose_definition": _indicator(both="indicators.define"),
    "indicators.approve_definition": _of("definition", post="indicators.approve"),
    "indicators.return_definition": _of("definition", post="indicators.approve"),
    "indicators.targets": Place("indicators.see", "indicators.see"),
    "indicators.add_target": Place("targets.set", "targets.set"),
    "indicators.change_target": _of("target", both="targets.set"),
    "indicators.remove_target": _of("target", post="targets.set"),
    # --- a quarter planned at once --------------------------------------------------------------
    "quarters.index": Place("quarters.see", "quarters.see"),
    "quarters.add": Place("quarters.plan", "quarters.plan"),
    "quarters.proposal": _of("proposal", get="quarters.see"),
    "quarters.needs": _of("proposal", both="quarters.plan"),
    "quarters.work_out": _of("proposal", post="quarters.plan"),
    "quarters.accept": _of("proposal", post="quarters.plan"),
    "quarters.take_back": _of("proposal", both="quarters.plan"),
    "quarters.discard": _of("proposal", both="quarters.plan"),
    "quarters.line": _of("proposal", both="quarters.plan", line_id="proposal_line"),
    "quarters.fix": _of("proposal", post="quarters.plan", line_id="proposal_line"),
    "quarters.let_move": _of("proposal", post="quarters.plan", line_id="proposal_line"),
    "quarters.reject": _of("proposal", post="quarters.plan", line_id="proposal_line"),
    "quarters.restore": _of("proposal", post="quarters.plan", line_id="proposal_line"),
    # --- clashes of the schedule --------------------------------------------------------------
    "clashes.index": Place("clashes.see", "clashes.see"),
    "clashes.people": _of("workshop", get="clashes.see"),
    "clashes.rules": Place("clashes.rule", "clashes.rule"),
    # --- tracks -----------------------------------------------------------------------------
    "tracks.index": Place("tracks.see", "tracks.see"),
    "tracks.add": Place("tracks.write", "tracks.write"),
    "tracks.track": _of("track", get="tracks.see"),
    "tracks.edit": _of("track", both="tracks.write"),
    "tracks.start": _of("track", post="tracks.write"),
    "tracks.version": _of("track", get="tracks.see", version_id="track_version"),
    "tracks.write": _of("track", both="tracks.write", version_id="track_draft"),
    "tracks.propose": _of("track", post="tracks.write", version_id="track_draft"),
    "tracks.take_back": _of("track", post="tracks.write", version_id="track_proposed"),
    "tracks.publish": _of("track", both="tracks.approve", version_id="track_proposed"),
    "tracks.return_to_draft": _of("track", post="tracks.approve", version_id="track_proposed"),
    "tracks.people": _of("track", both="tracks.see"),
    "tracks.find": _of("track", post="tracks.enter"),
    "tracks.visits": _of("track", both="tracks.see"),
    "tracks.visit": _of("track", both="tracks.keep", person_id="person"),
    "tracks.withdraw_visit_page": _of(
        "track", both="tracks.keep", person_id="person", visit_id="track_visit"
    ),
    "tracks.checklist": _of("track", both="tracks.write", version_id="track_draft"),
    "tracks.checklist_on_paper": _of("track", get="tracks.see", version_id="track_version"),
    "tracks.enter_many": _of("track", both="tracks.enter"),
    "tracks.undo_many": _of("track", both="tracks.keep", batch="track_batch"),
    "tracks.enter_facts": _of("track", both="tracks.enter"),
    "tracks.enrol": Place("", "tracks.keep", {"public_id": "track"}, sent={"person": "person"}),
    "tracks.progress": _of("track", get="tracks.standing", person_id="person"),
    "tracks.move": _of("track", both="tracks.keep", person_id="person"),
    "tracks.take_off": _of("track", both="tracks.keep", person_id="person"),
    "tracks.withdraw": _of("track", both="tracks.keep", person_id="person", fact_id="seen_fact"),
    "tracks.end_role": _of("track", both="tracks.keep", person_id="person", fact_id="seen_fact"),
    # --- payouts ----------------------------------------------------------------------------
    "payouts.index": Place("payouts.see", "payouts.see"),
    "payouts.rates": Place("payouts.rates", "payouts.rates"),
    "payouts.workshop": _of("workshop", get="payouts.staff"),
    "payouts.workshop_rates": _of("workshop", both="payouts.propose"),
    "payouts.follow_programme": _of("workshop", both="payouts.propose"),
    "payouts.bands": _of("workshop", both="payouts.propose"),
    "payouts.exception": _of("workshop", both="payouts.propose", person_id="person"),
    "payouts.add_payee": _of("workshop", both="payouts.propose"),
    "payouts.remove_payee": _of("workshop", both="payouts.propose", payee_id="payee"),
    "payouts.propose": _of("workshop", post="payouts.propose"),
    "payouts.payout_list": _of("workshop", get="payouts.staff", list_id="payout_list"),
    "payouts.approve": _of("workshop", post="payouts.approve", list_id="proposed_payout_list"),
    "payouts.turn_back": _of("workshop", post="payouts.return", list_id="proposed_payout_list"),
    "payouts.paper": _of(
        "workshop", get="payouts.pay", list_id="payout_list", sheet_id="payment_sheet"
    ),
    "payouts.cash": _of("workshop", both="payouts.pay", list_id="payout_list"),
    "payouts.numbers": _of("workshop", both="payouts.pay", list_id="payout_list"),
    "payouts.same_file": _of(
        "workshop", post="payouts.pay", list_id="payout_list", file_id="payout_file"
    ),
    "payouts.results": _of("workshop", both="payouts.pay", list_id="payout_list"),
    "payouts.payment": Place(
        "payouts.staff",
        "payouts.pay",
        {"public_id": "workshop", "list_id": "payout_list", "line_id": "payment"},
    ),
    "payouts.reversal": _of(
        "workshop", get="payouts.staff", list_id="payout_list", reversal_id="payout_reversal"
    ),
    "payouts.approve_reversal": _of(
        "workshop", post="payouts.approve", list_id="payout_list", reversal_id="payout_reversal"
    ),
    "payouts.turn_back_reversal": _of(
        "workshop", post="payouts.return", list_id="payout_list", reversal_id="payout_reversal"
    ),
    "payouts.compared": _of("workshop", post="payouts.approve", list_id="payout_list"),
    "payouts.settle": _of(
        "workshop",
        both="payouts.settle",
        person_id="person",
        day="=2026-11-16",
        other_id="claim_beside",
    ),
    # --- trends -----------------------------------------------------------------------------
    "trends.index": Place("trends.see"),
    "trends.place": Place(post="trends.see"),
    # --- stories ----------------------------------------------------------------------------
    "stories.index": Place("stories.see"),
    # Both peers sit in a forum; no funder's account is tied to one yet, so it hears nothing.
    "stories.story": Place("stories.read", address={"story_id": "story"}),
    "stories.ask_to_withdraw": Place("stories.drafts", address={"story_id": "story"}),
    "stories.withdraw": Place(post="stories.drafts", address={"story_id": "story"}),
    "stories.all_drafts": Place("stories.drafts"),
    "stories.write": Place("stories.write", "stories.write"),
    "stories.edit": Place("stories.write", "stories.write", {"draft_id": "story_draft"}),
    "stories.ask_to_drop": Place("stories.write", address={"draft_id": "story_draft"}),
    "stories.drop": Place(post="stories.write", address={"draft_id": "story_draft"}),
    "stories.read": Place("stories.approve", "stories.approve", {"draft_id": "story_draft"}),
    "stories.send_back": Place(post="stories.approve", address={"draft_id": "story_draft"}),
    # --- how the numbers are made -----------------------------------------------------------
    "releases.rule": Place("releases.see"),
    "releases.leaflet": Place("releases.see"),
    "releases.dice": Place("releases.see"),
    # --- forums -----------------------------------------------------------------------------
    "forums.index": Place("forums.see", "forums.see"),
    "forums.add": Place("forums.open", "forums.open"),
    "forums.forum": _forum(both="forums.see"),
    "forums.edit": _forum(both="forums.run"),
    "forums.find_member": _forum(both="forums.run"),
    "forums.appearance": _forum(both="forums.appear", member_id="member"),
    "forums.end_membership": _forum(both="forums.run", member_id="member"),
    "forums.actions": _forum(both="forums.see"),
    "forums.action": _forum(both="forums.action", action_id="action"),
    "forums.search_actions": _forum(post="forums.see"),
    "forums.progress": _forum(get="forums.see", post="forums.action", action_id="held_action"),
    "forums.evidence": _forum(get="forums.action", action_id="held_action", note_id="note"),
    "forums.remove_note": _forum(both="forums.action", action_id="held_action", note_id="note"),
    "forums.hand_over": _forum(both="forums.run", action_id="action"),
    "forums.link_action": _forum(both="forums.run", action_id="action", kind="=workshop"),
    "forums.unlink_action": _forum(
        both="forums.run", action_id="held_action", link_id="action_link"
    ),
    "forums.decisions": _forum(both="forums.see"),
    "forums.decision": _forum(get="forums.see", decision_id="decision"),
    "forums.review_decision": _forum(both="forums.run", decision_id="decision"),
    "forums.conclude_decision": _forum(both="forums.run", decision_id="decision"),
    "forums.reopen_decision": _forum(both="forums.run", decision_id="decision"),
    "forums.reopen_action": _forum(both="forums.run", action_id="action"),
    "forums.plan_meeting": _forum(both="forums.run"),
    "forums.meeting": _meeting(get="forums.see"),
    "forums.edit_meeting": _meeting(both="forums.run"),
    "forums.cancel_meeting": _meeting(both="forums.run"),
    "forums.hold_meeting": _meeting(both="forums.run"),
    "forums.agenda": _meeting(both="forums.run"),
    "forums.add_usual_items": _meeting(post="forums.run"),
    "forums.order_items": _meeting(post="forums.run"),
    "forums.rename_item": _meeting(both="forums.run", item_id="item"),
    "forums.remove_item": _meeting(both="forums.run", item_id="item"),
    "forums.attendance": _meeting(both="forums.run"),
    "forums.reopen_register": _meeting(post="forums.run"),
    "forums.find_guest": _meeting(both="forums.run"),
    "forums.add_guest": _meeting(post="forums.run", person_id="person_outside"),
    "forums.item": _meeting(both="forums.run", item_id="item"),
    "forums.live": _meeting(both="forums.run", item_id="item"),
    "forums.settle": Place(
        post="forums.run",
        address={
            "forum_id": "forum",
            "meeting_id": "meeting",
            "item_id": "item",
            "difference_id": "minutes_difference",
        },
        sent={"take": "=stands"},
    ),
    "forums.internal_line": Place(
        post="forums.run",
        address={
            "forum_id": "forum",
            "meeting_id": "meeting",
            "item_id": "item",
            "line_id": "internal_line",
        },
        sent={"do": "=ask"},
    ),
    "forums.paper": _forum(get="forums.see", meeting_id="held_meeting"),
    "forums.paper_to_share": _forum(get="forums.see", meeting_id="held_meeting"),
    "forums.signed_copy": _forum(both="forums.run", meeting_id="locked_meeting"),
    "forums.signed_copy_file": _forum(get="forums.run", meeting_id="locked_meeting"),
    "forums.remove_signed_copy": _forum(both="forums.run", meeting_id="locked_meeting"),
    "forums.year": _forum(get="forums.see"),
    "forums.year_paper": _forum(get="forums.see"),
    "forums.year_sheet": _forum(get="forums.see"),
    "forums.actions_register": _forum(get="forums.see"),
    "forums.circulate": _forum(both="forums.run", meeting_id="held_meeting"),
    "forums.take_back": _forum(both="forums.run", meeting_id="circulated_meeting"),
    "forums.remark": _forum(
        both="forums.remark", meeting_id="circulated_meeting", item_id="circulated_item"
    ),
    "forums.settle_remark": _forum(
        both="forums.run", meeting_id="circulated_meeting", remark_id="remark"
    ),
    "forums.confirm_minutes": _forum(both="forums.run", meeting_id="circulated_meeting"),
    "forums.add_erratum": _forum(both="forums.run", meeting_id="locked_meeting"),
    "forums.withdraw_leaf": _forum(
        both="forums.withdraw", meeting_id="locked_meeting", leaf_id="leaf"
    ),
    "forums.papers": _meeting(both="forums.run", item_id="item"),
    "forums.paper_file": _meeting(get="forums.see", item_id="item", paper_id="paper"),
    "forums.remove_paper": _meeting(both="forums.run", item_id="item", paper_id="paper"),
    "forums.pack": _meeting(get="forums.see"),
    "forums.presence": _meeting(get="forums.run"),
    "forums.all_came": _meeting(post="forums.run"),
    "forums.tap": _meeting(post="forums.run", entry_id="seat_entry"),
    "forums.times": _meeting(both="forums.run", entry_id="seat_entry"),
    "forums.answer": _meeting(post="forums.answer"),
    "forums.answers": _meeting(both="forums.run"),
    "forums.conflicts": _meeting(both="forums.run", item_id="item"),
    "forums.decided": _meeting(both="forums.run", item_id="item", decision_id="taken_decision"),
    "forums.terms": _forum(get="forums.run"),
    "forums.member_terms_page": _forum(both="forums.run", member_id="member"),
    "forums.term": _forum(both="forums.run", member_id="member", term_id="term"),
    "forums.remove_term": _forum(post="forums.run", member_id="member", term_id="term"),
    "forums.quorum": _forum(both="forums.run"),
    "forums.remove_quorum": _forum(post="forums.run", quorum_id="quorum"),
    "forums.templates": Place("forums.open"),
    "forums.add_template": Place("forums.open", "forums.open"),
    "forums.edit_template": Place("forums.open", "forums.open", {"template_id": "template"}),
    "forums.remove_template": Place("forums.open", "forums.open", {"template_id": "template"}),
    "forums.keep_agenda": _meeting(both="forums.run"),
    # --- desk -------------------------------------------------------------------------------
    "desk.today": Place(SIGNED_IN),
    "desk.search_page": Place("search"),
    "desk.find": Place(post="search"),
    "desk.set_up": Place(ANYONE, ANYONE),
    "desk.oversight": Place("audit.see"),
    "desk.settings": Place("settings.see"),
    "desk.choices": Place("settings.see"),
    "desk.propose_choices": Place("settings.change", "settings.change"),
    "desk.agree_choices": Place(post="settings.agree"),
    "desk.turn_choices_back": Place(post="settings.see"),
    "desk.edit_programme": Place("settings.change", "settings.change"),
    "desk.statuses": Place("settings.see"),
    "desk.add_status": Place("settings.change", "settings.change"),
    "desk.edit_status": Place("settings.change", "settings.change", {"code": "=late"}),
    "desk.order_statuses": Place(post="settings.change"),
    "desk.zones": Place("settings.see", "settings.see"),
    "desk.add_zone": Place("settings.change", "settings.change"),
    "desk.edit_zone": _of("zone", both="settings.change"),
    "desk.spellings": Place("settings.change", "settings.change"),
    "desk.paper": Place("settings.see"),
    "desk.edit_paper": Place("settings.change", "settings.change"),
    "desk.logo": Place("settings.change", "settings.change"),
    "desk.logo_picture": Place("settings.see"),
    "desk.logo_paper": Place("settings.change", "settings.change"),
    "desk.remove_logo": Place("settings.change", "settings.change"),
    "desk.reporting_languages": Place("settings.change", "settings.change"),
    "desk.contacts": Place("settings.change", "settings.change"),
    "notices.index": Place("messages.see", "messages.see"),
    "notices.decide": Place(
        post="messages.decide", sent={"message": "message", "decision": "=leave"}
    ),
    "notices.texts": Place("messages.texts"),
    "notices.text": Place("messages.texts", address=_TEXT),
    "notices.write_text": Place(post="messages.write", address=_TEXT),
    "notices.house_text": Place("messages.write", "messages.write", address=_TEXT),
    "notices.choice": _of("person", both="messages.choose"),
    "notices.ask_for_call": _of("person", post="messages.ask"),
    "notices.stop": Place(ANYONE, address={"token": "stop_token"}),
    "notices.stop_now": Place(post=ANYONE, address={"token": "stop_token"}),
    "notices.report": Place(post=ANYONE, address={"secret": "gateway_secret"}),
    "notices.stopped": Place(post=ANYONE, address={"secret": "gateway_secret"}),
    "notices.settings": Place("settings.see"),
    "notices.look_again": Place(post="settings.change"),
    "holidays.index": Place("settings.see"),
    "holidays.add": Place("settings.change", "settings.change"),
    "holidays.remove": _of("holiday", both="settings.change"),
    "desk.retention": Place("settings.see"),
    "desk.edit_retention": Place("settings.change", "settings.change"),
    "desk.quiet_people": Place("people.find", "people.find"),
}


def room_of(endpoint: str) -> str:
    """The room of an endpoint, whose pages read what is sent in the same way."""
    return endpoint.partition(".")[0]


ROOMS = sorted({room_of(endpoint) for endpoint in PLACES})


def in_room(room: str) -> list[str]:
    """The endpoints of a room. One test for each room, as a thousand tests cost seconds by
    themselves; what is wrong is told of each endpoint."""
    return sorted(endpoint for endpoint in PLACES if room_of(endpoint) == room)
