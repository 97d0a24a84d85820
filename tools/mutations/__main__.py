"""`python -m tools.mutations --sample 200 --seed 1 [--kind rules]`: what tests find of faults."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.mutations.faults import KINDS, Fault, drawn, faults_of, modules

_EQUAL = Path(__file__).with_name("equal.json")
_NOT_COPIED = (".git", ".venv", ".mypy_cache", ".ruff_cache", "node_modules", "var")


def main(arguments: list[str] | None = None) -> int:
    """Draw, plant, ask, and print what was said; returns 1 if a fault could not be asked about."""
    parser = argparse.ArgumentParser(prog="mutations", description="What the tests find of faults")
    parser.add_argument("--sample", type=int, default=200, help="how many faults (200)")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws others (1)")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only of this kind of room")
    parser.add_argument("--only", metavar="TEXT", help="only those of the sample that have this")
    parser.add_argument("--seconds", type=float, default=8, help="of tests for each fault, CPU (8)")
    parser.add_argument("--near", type=int, default=0, help="files of its room nearest to a fault")
    parser.add_argument("--reached", type=Path, metavar="FILE", help="keep what reaches what there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the answers there as well")
    parser.add_argument(
        "--again", type=Path, metavar="FILE", help="those that survived by its JSON"
    )
    parser.add_argument("--list", action="store_true", help="print the sample and ask nobody")
    chosen = parser.parse_args(arguments)
    root = Path.cwd()
    kinds = chosen.kind or KINDS
    every = [
        fault
        for path in modules(root)
        for fault in faults_of(path, (root / path).read_text("utf-8"))
        if fault.kind in kinds
    ]
    faults = drawn(every, chosen.sample, chosen.seed)
    if chosen.again:
        before = json.loads(chosen.again.read_text("utf-8"))
        left = {one["fault"] for one in before if one["said"] not in ("found", "equal")}
        faults = [fault for fault in every if fault.words in left]
    faults = [fault for fault in faults if not chosen.only or chosen.only in fault.words]
    if chosen.list:
        print("\n".join(fault.words for fault in faults))
        return 0
    with tempfile.TemporaryDirectory(prefix="kash-mutations-") as folder:
        answers = _asked(root, Path(folder), faults, chosen)
    equal = {one["fault"]: one["why"] for one in json.loads(_EQUAL.read_text("utf-8"))}
    told = [_told(fault, answers.get(fault.words, {}), equal) for fault in faults]
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print("\n".join(table(told, len(every), chosen.seed)))
    gone = set(equal) - {fault.words for fault in every} if len(kinds) == len(KINDS) else set()
    print(*(f"No longer there, and to be taken off the list: {one}" for one in gone), sep="\n")
    return 1 if any(one["said"] == "unplanted" for one in told) else 0


def _asked(
    root: Path, folder: Path, faults: list[Fault], chosen: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    """The answers by the words of each fault, from a process in a copy of the tree."""
    copy = folder / "tree"
    shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    (copy / ".venv").symlink_to((root / ".venv").resolve())
    plan, results = folder / "plan.json", folder / "results"
    results.touch()
    plan.write_text(
        json.dumps(
            {
                "faults": [dataclasses.asdict(fault) for fault in faults],
                "seconds": chosen.seconds,
                "near": chosen.near,
                "reached": str((chosen.reached or folder / "reached.json").resolve()),
                "results": str(results),
            }
        )
    )
    print(f"Asking about {len(faults)} faults; {results} grows meanwhile.", flush=True)
    # What compiled files there are were copied; none may tell of a fault that is gone.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "tools.mutations.asking", str(plan)]
    ran = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    answers = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    if ran.returncode not in (0, 5):
        print(ran.stdout[-3000:], ran.stderr[-3000:], sep="\n", file=sys.stderr)
        raise SystemExit("The tests could not be asked about all of them.")
    return {one["words"]: one for one in answers}


def _told(fault: Fault, answer: dict[str, Any], equal: dict[str, str]) -> dict[str, Any]:
    said = answer["said"]
    if said != "found" and fault.words in equal:
        said = "equal"
    told = {"fault": fault.words, "kind": fault.kind, "line": fault.line, "said": said}
    return told | {"by": answer["by"], "asked": answer["asked"], "why": equal.get(fault.words, "")}


def table(told: list[dict[str, Any]], every: int, seed: int) -> list[str]:
    """Lines for people: figures of each kind, then what no test found, and what is equal."""
    lines = [f"{len(told)} of {every} faults, seed {seed}", ""]
    lines.append(f"{'':<10}{'planted':>8}{'equal':>8}{'found':>8}{'of 100':>8}")
    for kind in (*KINDS, ""):
        said = [one["said"] for one in told if one["kind"].startswith(kind)]
        equal, found = said.count("equal"), said.count("found")
        if said:
            rate = 100 * found / max(len(said) - equal, 1)
            name = kind or "all"
            lines.append(f"{name:<10}{len(said):>8}{equal:>8}{found:>8}{rate:>8.1f}")
    for heading, words in (
        ("Survived", ("survived", "unplanted")),
        ("Reached by no test near", ("unreached",)),
        ("Equal: nobody could tell them from what they replace", ("equal",)),
    ):
        listed = [one for one in told if one["said"] in words]
        if listed:
            lines += ["", f"{heading}:"]
        for one in listed:
            lines.append(f"  line {one['line']} of {one['fault']}")
            if one["why"]:
                lines.append(f"    {one['why']}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
