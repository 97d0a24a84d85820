"""Licences of what Kash is built with, listed whole."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LISTED = (ROOT / "THIRD-PARTIES.md").read_text("utf-8")


def _rows(heading: str) -> dict[str, str]:
    section = LISTED.split(f"## {heading}")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (?!library|package|-)(.+) \|$", section, re.MULTILINE)
    return {name: licence for name, *_use, licence in (row.split(" | ") for row in rows)}


def test_every_library_that_is_installed_is_listed_with_its_licence():
    locked = (ROOT / "requirements.txt").read_text("utf-8")
    libraries = _rows("Libraries that are installed to run it")
    assert sorted(libraries) == sorted(
        set(re.findall(r"^([\w.-]+)==", locked, re.MULTILINE))
        | set(re.findall(r"^([\w.-]+)\[\w+\]==", locked, re.MULTILINE))
    )
    assert [library for library, licence in libraries.items() if not licence.strip("? ")] == []


def test_every_package_that_running_installs_is_listed():
    script = (ROOT / "kash.sh").read_text("utf-8")
    wanted = re.search(r"PACKAGES_TO_RUN=\(\n(.*?)\n\)", script, re.DOTALL)
    assert wanted is not None
    lines = [line for line in wanted[1].splitlines() if not line.strip().startswith("#")]
    listed = ", ".join(_rows("Packages of Debian")).split(", ")
    assert sorted(listed) == sorted(" ".join(lines).split())


def test_every_script_that_pages_load_is_named_with_its_licence():
    vendor = ROOT / "static/vendor"
    named = (vendor / "README.md").read_text("utf-8")
    for script in vendor.glob("*.js"):
        [licence] = re.findall(rf"^\| `{re.escape(script.name)}` .*?\(`([\w.-]+)`\)", named, re.M)
        assert (vendor / licence).read_text("utf-8").strip()
