"""Figures from a workshop's funder to the page of that funder's account, by five people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .walking import Walk

FUNDER = "Sample Fund"
SUMMARY = "Two groups sat at one table."


def sends_figures(walk: Walk) -> None:
    """The payer, its account, figures that two people send, and a report that two write."""
    trainer, administrator = walk.people["trainer"], walk.people["administrator"]
    director = walk.people["director"]
    trainer.go(f"{walk.workshop}/costs")
    trainer.page.get_by_label("Funder").first.fill(FUNDER)
    trainer.page.get_by_label("Share").first.fill("100")
    trainer.button("Save")
    trainer.page.wait_for_url(f"**{walk.workshop}")
    walk.invites("monitoring", "monitoring", "Chuma")
    walk.invites("funder", "funder", "Faraja")
    administrator.go("/accounts")
    administrator.link("Faraja")
    administrator.link("See to it")
    administrator.page.select_option("main select[name=funder]", label=FUNDER)
    administrator.button("Ask for it")
    administrator.sees("waits for a second person")
    walk.served.command("account", "vouch", "director@example.org", "--yes")
    director.go("/")
    director.link("Account of a funder: Faraja")
    director.button("Agree")
    director.sees("belongs to it")
    freezes_and_sends(walk)
    writes_a_report(walk)
    reads_it(walk)


def freezes_and_sends(walk: Walk) -> None:
    """The last quarter that is over, which was before the workshop."""
    monitoring, director = walk.people["monitoring"], walk.people["director"]
    monitoring.go("/")
    monitoring.link("Results")
    monitoring.page.locator("main a", has_text="Statements").click()
    monitoring.link("Freeze figures")
    monitoring.button("Freeze")
    monitoring.page.wait_for_url(re.compile(r"/statements/[0-9a-z]{16}$"))
    walk.notes["statement"] = monitoring.path
    monitoring.button("Propose")
    monitoring.sees("Waits for approval")
    director.go("/")
    director.page.locator("main a", has_text=f"Figures for {FUNDER}").first.click()
    director.button("Approve")
    director.sees("Approved, not sent")
    monitoring.go("/")
    monitoring.page.locator("main a", has_text=f"Figures for {FUNDER}").first.click()
    monitoring.link("Send")
    monitoring.page.get_by_role("dialog").get_by_role("button", name="Send").click()
    monitoring.sees("Download as sent")


def writes_a_report(walk: Walk) -> None:
    """One page of words; another reads it for good."""
    monitoring, director = walk.people["monitoring"], walk.people["director"]
    monitoring.go("/funder-reports/")
    monitoring.button("Begin a report")
    monitoring.fill(summary=SUMMARY)
    monitoring.button("Save")
    monitoring.button("Propose")
    monitoring.sees("Waits for approval")
    walk.notes["report"] = monitoring.path
    director.go(walk.notes["report"])
    director.page.locator("summary", has_text="Approve for good").click()
    director.button("Approve now")
    director.sees("Final")


def reads_it(walk: Walk) -> None:
    """From Today to both, and the paper."""
    funder = walk.people["funder"]
    funder.go("/")
    funder.page.locator("main a", has_text=f"Report to {FUNDER}").click()
    walk.notes["what the funder reads"] = funder.page.locator("main").inner_text()
    walk.papers["report.pdf"] = funder.file(f"{walk.notes['report']}/report.pdf")
    funder.go("/overview/funder")
    walk.notes["the funder's page"] = funder.page.locator("main").inner_text()
