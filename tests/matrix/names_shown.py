"""Names of participants on a page: each leads to who bears it, and no screen that can be seen over
a shoulder shows names of both groups.

A page that may do otherwise stands here with its reason.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser

from .programme import Bearer

# Those whose pages hold names, and who may open the pages of the people.
ROLES = frozenset({"trainer", "director"})
_A_NAME = re.compile(r"zq[a-z_]+\d+x")
_TYPED = frozenset({"text", "search"})
_EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)

LEADS_NOWHERE: dict[str, str] = {
    "people.person": "is where names lead",
    "people.contact": "is where names lead, with her phone",
    "forums.hand_over": "the next owner is chosen from the members; the action's page names her",
    "forums.item": "whoever takes an action on is chosen from the members; the meeting names her",
    "forums.confirm_minutes": "who proposed and seconded is chosen from the members",
    "workshops.register": "a tap on a row marks her; once it is closed, it leads on",
    "workshops.save_register": "the same; the note of marks that met others leads on",
}
# Where a name leads to a page of hers on which one does what comes next, and which leads on.
LEADS_ON: dict[str, str] = {
    "certificates.index": r"/certificates/\w+$",
    "certificates.find": r"/certificates/\w+$",
    "certificates.batch": r"/certificates/\w+$",
    "certificates.make_paper": r"/certificates/\w+$",
    "forums.forum": r"/members/\w+$",
    "payouts.approve": r"/lines/\w+$",
    "payouts.numbers": r"/lines/\w+$",
    "payouts.payout_list": r"/lines/\w+$",
    "payouts.approve_reversal": r"/lines/\w+$",
    "payouts.reversal": r"/lines/\w+$",
    "payouts.same_file": r"/lines/\w+$",
    "payouts.turn_back": r"/lines/\w+$",
    "payouts.turn_back_reversal": r"/lines/\w+$",
}
BOTH_GROUPS: dict[str, str] = {
    "certificates.preview_people": "one name is looked for at a desk, to see a design with it",
    "desk.find": "the same, wherever it stands",
    "forums.hand_over": "the next owner is chosen among the members",
    "forums.item": "each action's owner stands chosen among the members",
    "forums.confirm_minutes": "the same, of who proposed and seconded",
    "people.index": "the office's list of everybody, which narrows to a group",
    "people.search": "the same, searched",
    "people.duplicates": "one person may be written down in both groups",
    "people.told_apart": "the same, of those who are not one",
    "people.merge": "the same two, side by side",
    "people.merge_with": "the same, searched",
}

# Where names must stand at least for the trainer or the director: else nothing was looked at.
SHOW_NAMES = frozenset(
    """
    certificates.batch certificates.certificate certificates.correct certificates.holder_links
    certificates.index certificates.names certificates.workshop coverage.station
    forums.action forums.actions
    forums.appearance forums.attendance forums.end_membership forums.find_member forums.forum
    forums.hand_over forums.item forums.meeting forums.progress
    forums.answers forums.conflicts forums.item forums.meeting forums.member_terms_page
    forums.presence forums.term forums.terms forums.times
    payouts.bands payouts.cash payouts.exception payouts.numbers
    payouts.payment payouts.payout_list payouts.reversal payouts.settle payouts.workshop
    people.ask_contact
    people.consent people.contact_request people.copy people.duplicates people.edit people.erase
    people.erasure
    people.index people.merge
    people.merge_with people.person people.told_apart people.trail people.transfer
    people.undo_merge workshops.attendance workshops.confirm_register workshops.correct_mark
    workshops.counts workshops.find_people workshops.mark_history workshops.people
    workshops.read_sheet workshops.register workshops.settle workshops.walk_ins
    workshops.withdraw
    """.split()  # noqa: SIM905 - read as a list of words
)


class _Page(HTMLParser):
    """By each name that can be seen the links in which it stands ("" outside of any, and for what
    stands in a field)."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, set[str]] = {}
        # What is open: its tag, the link and whether it is unseen.
        self._open: list[tuple[str, str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "input" and (said.get("type") or "text") in _TYPED:
            self._note(said.get("value") or "", "")
        if tag in _EMPTY:
            return
        _, link, unseen = self._open[-1] if self._open else ("", "", False)
        unseen = (
            unseen
            or tag in ("title", "script", "template")
            or (tag == "option" and "selected" not in said)
            or "hush" in (said.get("class") or "").split()
        )
        self._open.append((tag, (said.get("href") or "") if tag == "a" else link, unseen))

    def handle_endtag(self, tag: str) -> None:
        if tag in (each for each, _link, _unseen in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        _, link, unseen = self._open[-1] if self._open else ("", "", False)
        if not unseen:
            self._note(data, link)

    def _note(self, text: str, link: str) -> None:
        for name in _A_NAME.findall(text):
            self.names.setdefault(name, set()).add(link)


def names_on(body: str, bearers: Mapping[str, Bearer]) -> dict[Bearer, set[str]]:
    """Whose names can be seen on a page, and the links in which they stand; `body` is in lower
    case."""
    page = _Page()
    if _A_NAME.search(body):
        page.feed(body)
    found: dict[Bearer, set[str]] = {}
    for name, links in page.names.items():
        if name in bearers:
            found.setdefault(bearers[name], set()).update(links)
    return found


def wrong_names(
    endpoint: str, shown: Mapping[Bearer, set[str]], opens: Callable[[str], bool]
) -> Iterator[str]:
    """What is wrong with the names on a page; `opens` tells of whom (`Bearer.whose`) whoever looks
    may open the page."""
    for one, links in shown.items():
        leads = rf"/people/{one.person}\b" + "".join(
            f"|{pattern}" for pattern in (LEADS_ON.get(endpoint),) if pattern
        )
        led = any(re.search(leads, link) for link in links)
        if endpoint not in LEADS_NOWHERE and opens(one.whose) and not led:
            yield f"shows the name of {one.whose}, which leads to {sorted(links)}"
    if len({one.letter for one in shown}) > 1 and endpoint not in BOTH_GROUPS:
        whose = ", ".join(sorted(one.whose for one in shown))
        yield f"shows names of both groups at once: {whose}"
