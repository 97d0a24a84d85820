"""Pictures of the trainer's chapter of the handbook: `python -m tools.pictures.handbook`.

Each section has one, of the page that it tells about in the sample programme, in each language:
the top of the page, as a tablet shows it, in few colours.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from kash.platform.operations.migrations import PROJECT
from tools.pictures.picturing import BROWSER
from tools.pictures.prepared import sample_programme
from tools.pictures.serving import serving

# {the section's heading in addresses: the page of the trainer}
PAGES = {
    "your-first-workshop": "workshops_index",
    "your-own-workshops": "people_person-closed",
    "today": "desk_today",
    "write-a-course": "training_edit",
    "questions-and-tests": "assessments_bank",
    "plan-a-workshop": "workshops_add",
    "the-calendar": "calendar_move",
    "what-gets-in-the-way": "clashes_index",
    "series": "series_new_of_workshop",
    "plan-a-quarter": "quarters_proposal",
    "who-may-teach-what": "skills_index",
    "when-you-are-away": "absences_add",
    "venues": "venues_venue",
    "add-and-change-people": "people_add",
    "bring-in-a-list": "people_list",
    "when-somebody-asks-to-be-erased": "people_erase",
    "enrol-people": "workshops_people",
    "messages": "notices_index",
    "badges-and-the-code-for-the-wall": "workshops_scan",
    "keep-the-register": "workshops_register",
    "sign-in-sheets-on-paper": "workshops_read_sheet",
    "as-it-was-taught": "workshops_taught",
    "tests-of-a-workshop": "assessments_test",
    "evaluations": "evaluations_form",
    "the-workshop-report": "reports_workshop",
    "certificates": "certificates_workshop-proposed",
    "tracks": "tracks_people",
    "payouts": "payouts_workshop",
    "budget": "budget_workshop",
    "reports": "overview_index",
    "forums": "forums_meeting",
    "the-directory-of-services": "directory_index",
    "search-everything": "desk_search_page",
    "when-somebody-looks-over-your-shoulder": "accounts_lock_own",
}
FOLDERS = {"en": PROJECT / "static/handbook", "sw": PROJECT / "static/handbook/sw"}
WIDTH, HEIGHT = 640, 420
COLOURS = 20


def _picture(page: Page, url: str, path: Path) -> None:
    page.goto(url, wait_until="load")
    page.set_viewport_size({"width": WIDTH, "height": 2000})
    top = page.evaluate("document.querySelector('main').getBoundingClientRect().top")
    high = page.evaluate("document.querySelector('main').scrollHeight")
    clip = {"x": 0, "y": top, "width": WIDTH, "height": min(HEIGHT, high)}
    shot = page.screenshot(clip=clip, animations="disabled")  # type: ignore[arg-type]
    # In the browser's colours; the names of people are the sample's.
    picture = Image.open(BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)


def main() -> None:
    """Make all pictures of both languages."""
    with (
        tempfile.TemporaryDirectory(prefix="kash-shots-") as directory,
        serving(Path(directory) / "sample", sample_programme) as (address, orders),
        sync_playwright() as playwright,
    ):
        pages = {order.name: order for order in orders.pages}
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        context = browser.new_context(locale="en-GB", timezone_id="Africa/Nairobi")
        cookie = pages["trainer-desk_today"].cookie
        if cookie is None:
            raise RuntimeError("the trainer isn't signed in")
        context.add_cookies([{"name": cookie.name, "value": cookie.value, "url": address}])
        page = context.new_page()
        for language, folder in FOLDERS.items():
            page.set_viewport_size({"width": WIDTH, "height": 2000})
            page.goto(f"{address}/search", wait_until="load")
            if button := page.query_selector(f".lang button[lang={language}]"):
                button.click()
                page.wait_for_load_state()
            for section, name in PAGES.items():
                url = pages[f"trainer-{name}"].url
                _picture(page, address + url, folder / f"{section}.png")
        browser.close()


if __name__ == "__main__":
    main()
