"""Where the handbook tells about each page: `chapter#heading` by endpoint or room, and by role.

A heading is named by the slug of its English words. An endpoint's own line goes before that of its
room. A text alone holds for everybody, signed in or not; `OWN` is the chapter of one's role.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from kash.handbook.chapters import OWN_CHAPTER
from kash.policy import Role

OWN = "own"
Place = str | Mapping[Role, str]

_A, _D, _T, _M = Role.ADMINISTRATOR, Role.DIRECTOR, Role.TRAINER, Role.MONITORING
_O, _C = Role.DOCUMENTATION, Role.CUSTODIAN
_P, _POLICE, _F = Role.PEER, Role.POLICE_PEER, Role.FUNDER
# Of an account with several roles, the one whose work the page most likely is.
_ORDER = (_T, _D, _C, _O, _M, _A, _P, _POLICE, _F)


def _peers(place: str, more: Mapping[Role, str] | None = None) -> Mapping[Role, str]:
    return {**(more or {}), _P: place, _POLICE: place}


def _each(room: str, names: str, place: Place) -> dict[str, Place]:
    return {f"{room}.{name}": place for name in names.split()}


_SERVICES = "trainer#the-directory-of-services"
_OFFICER = "documentation-officer"

PLACES: Mapping[str, Place] = {
    # --- one's own account, and the ways into it ---------------------------------------------
    **_each("accounts", "sign_in sign_in_with_passkey", "signing-in#sign-in"),
    **_each("accounts", "join new_password", "signing-in#a-link-that-you-were-given"),
    **_each("accounts", "second_step second_step_with_passkey enrol", "signing-in#the-second-step"),
    **_each("accounts", "add_passkey remove_passkey rename_passkey", "signing-in#passkeys"),
    **_each(
        "accounts",
        "lost_phone after_recovery recovery_codes lock_own",
        "signing-in#when-something-is-lost",
    ),
    **_each(
        "accounts",
        "own own_name own_password confirm_password confirm_passkey go_on",
        "signing-in#your-account",
    ),
    # --- others' accounts --------------------------------------------------------------------
    "accounts": {_A: "administrator#invite-people", _D: "director#accounts-and-audit"},
    **_each(
        "accounts",
        "requests request ask_reset roles reactivate new_password_link",
        {_A: "administrator#what-takes-two-people", _D: "director#accounts-and-audit"},
    ),
    "accounts.person": {_A: "administrator#tie-a-peer-educator-to-the-participant"},
    **_each(
        "accounts",
        "hand_over handed_over end_session_of end_sessions_of name",
        {
            _A: "administrator#when-something-is-lost-or-somebody-leaves",
            _D: "director#when-somebody-leaves",
        },
    ),
    "accounts.lock": {_A: "administrator#when-somebody-is-in-danger"},
    **_each(
        "accounts",
        "breaches open_breach breach edit_breach close_breach",
        {_A: "administrator#the-breach-register", _D: "director#when-something-happens"},
    ),
    **_each(
        "accounts",
        "access export_access",
        {_A: "administrator#review-of-access", _D: "administrator#review-of-access"},
    ),
    **_each(
        "accounts",
        "trail trail_by_day",
        {_A: "administrator#the-audit-trail", _D: "director#accounts-and-audit"},
    ),
    "accounts.second_step_roles": {_A: "administrator#settings"},
    **_each(
        "accounts",
        "lend_approvals end_stand_in",
        dict.fromkeys((_A, _D, _T, _M, _O, _C), "director#while-you-are-away"),
    ),
    "jobs": OWN,
    # --- people ------------------------------------------------------------------------------
    "people": _peers(
        "peer-educator#what-you-see",
        {
            _T: "trainer#add-and-change-people",
            _D: "director#people-workshops-attendance",
            _M: "monitoring#what-you-see",
            _O: f"{_OFFICER}#what-you-see",
            _C: f"{_OFFICER}#custodians",
        },
    ),
    **_each(
        "people",
        "duplicates told_apart merge_with merge undo_merge lists bring_list list undo_list"
        " list_report",
        {_T: "trainer#when-somebody-is-here-twice"},
    ),
    **_each(
        "people",
        "contacts ask_contact contact_request",
        {_T: "trainer#your-own-workshops", _D: "director#people-workshops-attendance"},
    ),
    **_each(
        "people",
        "groups add_group edit_group",
        {_A: "administrator#settings", _D: "administrator#settings"},
    ),
    "directory": _peers(
        "peer-educator#what-you-see",
        {**dict.fromkeys((_A, _D, _T, _M, _O, _C), _SERVICES), _F: OWN},
    ),
    # --- courses and workshops ---------------------------------------------------------------
    "training": _peers(
        "peer-educator#what-you-see",
        {
            _T: "trainer#write-a-course",
            _D: "director#publish-a-course",
            _M: "monitoring#what-you-see",
            _O: f"{_OFFICER}#what-you-see",
        },
    ),
    "workshops": _peers(
        "peer-educator#answer-an-invitation",
        {
            _T: "trainer#plan-a-workshop",
            _D: "director#people-workshops-attendance",
            _M: "monitoring#what-you-see",
        },
    ),
    "workshops.check_in": _peers("peer-educator#check-in-at-a-workshop"),
    **_each(
        "workshops",
        "people walk_in ask_contacts withdraw enrol_chosen copy_people",
        {
            _T: "trainer#enrol-people",
            _D: "director#people-workshops-attendance",
            _M: "monitoring#what-you-see",
        },
    ),
    **_each(
        "workshops",
        "attendance register confirm_register confirm_registers confirm_day confirm_and_next"
        " correct_mark mark_history",
        _peers(
            "peer-educator#what-you-see",
            {
                _T: "trainer#keep-the-register",
                _D: "director#people-workshops-attendance",
                _M: "monitoring#how-hours-are-counted",
            },
        ),
    ),
    **_each(
        "workshops",
        "held walk_ins headcount signatures import_queue",
        {_T: "trainer#what-phones-sent"},
    ),
    "workshops.pad": {_T: "pad#before-you-leave"},
    **_each(
        "workshops",
        "documents sheets read_sheet match_scan remove_scan counts settle",
        _peers(
            "peer-educator#what-you-see",
            {
                _T: "trainer#sign-in-sheets-on-paper",
                _D: "director#people-workshops-attendance",
                _M: "monitoring#how-hours-are-counted",
            },
        ),
    ),
    **_each("workshops", "scan screen", {_T: "trainer#badges-and-the-code-for-the-wall"}),
    # --- certificates ------------------------------------------------------------------------
    "certificates": _peers(
        "peer-educator#your-certificate",
        {
            _T: "trainer#certificates",
            _D: "director#approve-certificates",
            _M: "monitoring#what-you-see",
        },
    ),
    **_each("certificates", "verify scan", "verification#with-the-square-code"),
    **_each("certificates", "holder_link use_holder_link holder_page", "verification"),
    **_each(
        "certificates",
        "signing_keys change_key",
        {_A: "director#the-key-of-certificates", _D: "director#the-key-of-certificates"},
    ),
    "certificates.rule": {_D: "director#the-rule-for-certificates"},
    "certificates.revoke": {_D: "director#revoke-a-certificate"},
    **_each(
        "certificates",
        "designs design new_design edit_design design_pictures marks mark signature"
        " withdraw_signature",
        {_T: "trainer#certificates", _D: "director#designs-of-certificates"},
    ),
    "payouts": _peers(
        "peer-educator#your-payouts",
        {
            _T: "trainer#payouts",
            _D: "director#payouts",
            _M: "monitoring#how-payouts-add-up",
        },
    ),
    # --- reports and cases -------------------------------------------------------------------
    "incidents": {_O: f"{_OFFICER}#incidents", _C: f"{_OFFICER}#custodians"}
    | {_D: f"{_OFFICER}#incidents"},
    **_each(
        "incidents",
        "filing filing_step receipt help_now paper leaflet",
        _peers(
            "peer-educator#tell-what-happened",
            dict.fromkeys((_O, _C), "peer-educator#tell-what-happened"),
        ),
    ),
    **_each(
        "incidents",
        "briefs answer_brief close_brief own_duty",
        _peers("peer-educator#if-you-mediate"),
    ),
    **_each(
        "incidents", "new_case edit_case", dict.fromkeys((_O, _C), f"{_OFFICER}#write-down-a-case")
    ),
    "incidents.changes": dict.fromkeys((_O, _C, _D), f"{_OFFICER}#her-first-account-and-changes"),
    "incidents.taking": dict.fromkeys((_O, _C), f"{_OFFICER}#her-first-account-and-changes"),
    **_each("incidents", "consents consent_form", dict.fromkeys((_O, _C), f"{_OFFICER}#consents")),
    "incidents.her_choice": dict.fromkeys((_O, _C), f"{_OFFICER}#what-is-wanted"),
    **_each(
        "incidents",
        "ask_mediator duty_list add_mediator edit_mediator remove_mediator",
        dict.fromkeys((_O, _C, _D), f"{_OFFICER}#mediators"),
    ),
    **_each(
        "incidents",
        "referrals terms bail correct_bail remove_bail",
        dict.fromkeys((_O, _C), f"{_OFFICER}#referrals-and-what-was-agreed"),
    ),
    **_each("incidents", "decisions decision term_to_bail", {_C: f"{_OFFICER}#money-and-officers"}),
    "incidents.case_file": dict.fromkeys((_O, _C), f"{_OFFICER}#print-a-case-file"),
    **_each(
        "incidents",
        "add_evidence evidence evidence_label evidence_original remove_evidence",
        dict.fromkeys((_O, _C, _D), f"{_OFFICER}#evidence"),
    ),
    **_each(
        "incidents", "step assign shred", dict.fromkeys((_O, _C), f"{_OFFICER}#the-steps-of-a-case")
    ),
    "incidents.declare": dict.fromkeys((_O, _C), f"{_OFFICER}#who-must-not-work-on-a-case"),
    **_each(
        "incidents",
        "identity ask_identity identity_of",
        dict.fromkeys((_O, _C), f"{_OFFICER}#who-somebody-is"),
    ),
    "incidents.links": dict.fromkeys((_O, _C), f"{_OFFICER}#belongs-with"),
    **_each(
        "incidents",
        "officers officer",
        {_D: "director#officers-on-duty", _O: f"{_OFFICER}#when-you-get-sign-in"},
    ),
    "incidents.outside": dict.fromkeys((_C, _D), f"{_OFFICER}#cases-for-a-custodian-alone"),
    # --- the vault ---------------------------------------------------------------------------
    "members": dict.fromkeys((_O, _C, _D), "members#open-and-close-it")
    | {_A: "administrator#keys-of-the-vault"},
    **_each("members", "keys begin passphrase", dict.fromkeys((_O, _C, _D), "members#your-keys")),
    **_each(
        "members",
        "unsealing_requests unsealing_request",
        dict.fromkeys((_O, _C, _D), "members#read-an-identity"),
    ),
    "members.remove": dict.fromkeys((_O, _C, _D), "members#when-somebody-leaves")
    | {_A: "administrator#keys-of-the-vault"},
    # --- forums ------------------------------------------------------------------------------
    "forums": _peers(
        "peer-educator#in-a-forum",
        {
            _T: "trainer#forums",
            _D: "director#forums",
            _M: "monitoring#how-minutes-are-numbered",
            _O: f"{_OFFICER}#what-you-see",
            _C: f"{_OFFICER}#custodians",
        },
    ),
    # --- the first page, search and settings -------------------------------------------------
    "desk": {_A: "administrator#settings", _D: "administrator#settings"},
    "desk.today": _peers(
        "peer-educator#what-you-see",
        {
            _A: OWN,
            _D: "director#today",
            _T: "trainer#today",
            _M: OWN,
            _O: f"{_OFFICER}#what-you-see",
            _C: f"{_OFFICER}#custodians",
            _F: OWN,
        },
    ),
    **_each(
        "desk",
        "search_page find",
        _peers(
            "peer-educator#what-you-see",
            {
                _A: OWN,
                _D: "director#search-everything",
                _T: "trainer#search-everything",
                _M: "monitoring#search-everything",
                _O: f"{_OFFICER}#search-everything",
                _C: f"{_OFFICER}#search-everything",
                _F: OWN,
            },
        ),
    ),
    "desk.quiet_people": dict.fromkeys((_D, _T, _M, _O, _C), "privacy#what-is-kept-of-using-kash"),
    "desk.set_up": "signing-in",
}
# What shows no page of the site's own look: files, answers to scripts, and what leads elsewhere.
NO_PAGE = frozenset(
    {"attendance", "handbook", "moved_incidents", "moved_members", "static", "watch", "web"}
)


def place_in_handbook(endpoint: str, roles: Collection[Role]) -> str | None:
    """`chapter#heading` for a page as an account with these roles sees it; None if none is known.

    Without roles nobody is signed in.
    """
    for key in (endpoint, endpoint.partition(".")[0]):
        place = PLACES.get(key)
        if isinstance(place, str):
            return _own(roles) if place == OWN else place
        if place is not None:
            found = _first(place, roles)
            if found is not None:
                return found
    return None


def _first(place: Mapping[Role, str], roles: Iterable[Role]) -> str | None:
    for role in _ORDER:
        if role in roles and role in place:
            return OWN_CHAPTER[role] if place[role] == OWN else place[role]
    return None


def _own(roles: Collection[Role]) -> str | None:
    return next((OWN_CHAPTER[role] for role in _ORDER if role in roles), None)
