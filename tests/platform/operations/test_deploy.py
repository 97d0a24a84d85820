"""The files for a server of one's own: checked by Caddy and systemd themselves, where they are."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kash.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
UNITS = ("kash.service", "kash-backup.service", "kash-backup.timer")


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not on this machine")
    return found


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.inside"])
def test_caddy_takes_its_files(name, tmp_path):
    caddy = needs("caddy")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    checked = subprocess.run(
        [caddy, "validate", "--config", DEPLOY / name, "--adapter", "caddyfile"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
    laid_out = subprocess.run(
        [caddy, "fmt", DEPLOY / name], env=environment, capture_output=True, text=True
    )
    assert laid_out.stdout == (DEPLOY / name).read_text()


def test_systemd_takes_its_units(tmp_path):
    analyze = needs("systemd-analyze")
    for name in UNITS:
        unit = (DEPLOY / name).read_text()
        # Systemd asks whether what is to be started is there.
        (tmp_path / name).write_text(unit.replace("/srv/kash", str(ROOT)))
    checked = subprocess.run(
        [analyze, "verify", "--man=no", *(tmp_path / name for name in UNITS)],
        capture_output=True,
        text=True,
    )
    said = [line for line in checked.stderr.splitlines() if "kash" in line]
    assert (checked.returncode, said) == (0, []), checked.stderr


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.inside"])
def test_the_proxy_writes_down_nobody_and_compresses_no_page(name):
    plain = re.sub(r"#.*", "", (DEPLOY / name).read_text())
    assert "exclude http.log http.handlers" in plain
    assert re.findall(r"^\t+log\b.*", plain, re.MULTILINE) == ["\tlog {"]
    assert "encode" not in plain
    assert "admin off" in plain
    largest = re.search(r"max_size (\d+)MB", plain)
    assert largest is not None
    assert int(largest[1]) > Settings.model_fields["evidence_mb"].default


def test_every_variable_that_is_named_is_one():
    known = {f"KASH_{name.upper()}" for name in Settings.model_fields}
    for path in [*DEPLOY.iterdir(), ROOT / "docs" / "going-live.md"]:
        named = set(re.findall(r"KASH_[A-Z_]+", path.read_text()))
        assert named <= known, path.name


def test_the_service_may_write_its_own_folder_only():
    for name in UNITS[:2]:
        unit = (DEPLOY / name).read_text()
        assert "ProtectSystem=strict" in unit
        assert "User=kash\n" in unit
        assert "CapabilityBoundingSet=\n" in unit
        writable = re.findall(r"^(?:ReadWritePaths|StateDirectory)=(.+)$", unit, re.MULTILINE)
        assert writable in (["kash"], ["kash", "/var/backups/kash"])


def test_the_service_lets_what_reads_others_files_be_confined():
    allowed = re.findall(r"^SystemCallFilter=(.+)$", (DEPLOY / UNITS[0]).read_text(), re.MULTILINE)
    assert "@sandbox" in allowed


def test_the_command_that_operators_define_is_found_from_any_folder():
    """`systemd-run` looks for it in the folder of whoever types, not in the unit's."""
    told = (ROOT / "docs" / "going-live.md").read_text()
    (defined,) = re.findall(r"^kash\(\) \{.*?\}$", told, re.DOTALL | re.MULTILINE)
    assert re.findall(r"(\S+) \"\$@\"", defined) == ["/srv/kash/kash.sh"]
