"""Faults of pages' scripts, as they happen."""

from playwright.sync_api import Page, Response

# A page that is left while it still fetches a script says so, which is no fault. A script that
# isn't there at all is found by its answer.
_LEFT = "Failed to fetch dynamically imported module"


def note_faults(page: Page, faults: list[str]) -> None:
    """Add to these whatever a script fails by in this page, and whichever script is not there."""

    def failed(error: object) -> None:
        if _LEFT not in str(error):
            faults.append(f"script: {error}")

    def answered(answer: Response) -> None:
        if answer.status >= 400 and answer.url.partition("?")[0].endswith((".js", ".mjs")):
            faults.append(f"{answer.url}: {answer.status}")

    page.on("pageerror", failed)
    page.on("response", answered)
