"""Pictures of every page of the sample: `python -m tools.pictures DIR`.

Each page that a role may see is pictured at two widths, light and dark, as
`role-page-width-scheme.png`; the main forms once more as they answer when nothing is filled in;
what comes only when something was typed and pressed (`answers.py`); and every page of every PDF.
The pages come from the application's list of routes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tools.pictures.paper_pictures import picture_pdf
from tools.pictures.picturing import NOT_PICTURED, Order, Outcome, take_pictures
from tools.pictures.prepared import Orders, empty_programme, sample_programme
from tools.pictures.serving import serving

# A browser and the server share what the machine has.
BROWSERS = 2


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures; returns 1 if a page failed or could not be asked for."""
    parser = argparse.ArgumentParser(description="Picture every page of the sample programme.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--only", default="", metavar="PART[,PART]", help="role-page holds one of these"
    )
    parser.add_argument(
        "--answers", action="store_true", help="only what was typed and pressed for"
    )
    parser.add_argument("--quick", action="store_true", help="light only")
    chosen = parser.parse_args(arguments)
    folder: Path = chosen.folder
    folder.mkdir(parents=True, exist_ok=True)
    schemes = ("light",) if chosen.quick else ("light", "dark")
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="kash-shots-") as directory:
        for name, prepare in (("empty", empty_programme), ("sample", sample_programme)):
            with serving(Path(directory) / name, prepare) as (address, orders):
                if chosen.answers:
                    orders = Orders([one for one in orders.pages if one.acts])
                outcomes += _picture(address, orders, chosen.only, folder, schemes)
    return _tell(outcomes, whole=not chosen.only and not chosen.answers)


def _picture(
    address: str, orders: Orders, only: str, folder: Path, schemes: tuple[str, ...]
) -> list[Outcome]:
    parts = only.split(",")
    wanted = [one for one in orders.pages if any(part in one.name for part in parts)]
    for paper in orders.papers:
        name = f"paper-{paper.stem}"
        if paper.suffix == ".pdf" and any(part in name for part in parts):
            picture_pdf(paper.read_bytes(), folder, name)
    # What asks for a password that was given just now comes first, and what writes comes last.
    wanted.sort(key=lambda one: (not one.fresh, one.writes))
    shares: list[list[Order]] = [wanted[start::BROWSERS] for start in range(BROWSERS)]
    with ProcessPoolExecutor(BROWSERS) as browsers:
        asked = [
            browsers.submit(take_pictures, address, share, folder, schemes)
            for share in shares
            if share
        ]
        return [outcome for one in asked for outcome in one.result()]


def _tell(outcomes: list[Outcome], *, whole: bool) -> int:
    """Say what went wrong and, of the whole, which pages nobody could see; the rest is counted."""
    seen = {one.page for one in outcomes if one.what not in NOT_PICTURED}
    for outcome in sorted(outcomes, key=lambda one: one.name):
        if outcome.what == "failed" or (outcome.note and outcome.what == "pictured"):
            print(f"{outcome.what}: {outcome.name}, {outcome.note}")
        elif whole and outcome.page not in seen:
            print(f"{outcome.what}, so that nobody sees it: {outcome.name} {outcome.note}")
    counted = Counter(outcome.what for outcome in outcomes)
    print(", ".join(f"{what}: {count}" for what, count in sorted(counted.items())) or "No page.")
    return 1 if counted["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
