"""`./kash.sh bench soak`: half an hour of work by ten people while eight bodies trickle.

The sample programme is served by `gunicorn.conf.py` behind Caddy with the shipped Caddyfile
(`--direct`: without it). Ten people of different roles do their mixed work; eight bodies come at a
byte a second all the while and are begun anew when they are ended; `/healthz`, and the pages of
help, filing and signing in, are asked for each second. It fails if any answer is wrong (a 5xx, a
page that does not come, a mark that is not taken), or if `/healthz` once takes longer than a
second.
"""

from __future__ import annotations

import argparse
import itertools
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyotp
from sqlalchemy import select

from benchmarks.memory import resident_mb
from benchmarks.proxy import proxied
from benchmarks.server import NotServing, Server, free_port, served
from benchmarks.soak_people import PEOPLE, Addresses, Log, Somebody, TimedBrowser, Wrong
from benchmarks.telling import as_json, told
from benchmarks.trickle import Trickle, slow_bodies

MINUTES = 30
SLOW_BODIES = 8
AT_MOST = {"wrong_answers": 0.0, "healthz_ms_max": 1000.0}
LISTS = "/people/lists/new"
FIRST_PAGES = ("help", "filing", "sign-in")
# More than anybody does in that time, so that each loop has an end of its own.
_MOST_A_MINUTE = 120
_SECONDS_TO_REST = 5.0
_KINDS = ("today", "list", "person", "marks", "certificate", "search", "preview", "help", "filing")


@dataclass(frozen=True)
class Sample:
    """Sample that was loaded: addresses, the password of everybody, and keys for the codes of a
    few."""

    at: Addresses
    password: str
    codes: Mapping[str, str]

    def somebody(self, key: str, browser: TimedBrowser, seed: int = 0) -> Somebody:
        """One of the ten, signed in. Raises Wrong."""
        one = Somebody(key, browser, self.at, seed)
        secret = self.codes.get(key)
        one.sign_in(self.password, pyotp.TOTP(secret).now() if secret else "")
        return one


@dataclass(frozen=True)
class Site:
    """Site that is asked: its server, and how it is reached."""

    server: Server
    browser: Callable[[Log], TimedBrowser]
    sample: Sample
    proxy: int | None
    log: Path

    def errors(self) -> Sequence[str]:
        """Lines of the server's log on failures."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if '"error"' in line or "Stopped by" in line]

    def memory(self) -> Mapping[str, float]:
        """Memory that its processes hold now, in MB, shared pages counted once."""
        held = {"server": resident_mb({self.server.process, *self.server.descendants()})}
        return held | ({"caddy": resident_mb([self.proxy])} if self.proxy is not None else {})


def watch(
    browser: TimedBrowser, name: str, path: str, until: float, begun: threading.Event
) -> None:
    """Ask for one page each second. What comes late puts nothing off but itself."""
    begun.wait()
    browser.doing = f"each second {name}"
    for number in range(int(_MOST_A_MINUTE * (until - time.monotonic()) / 60) + 1):
        if time.monotonic() > until:
            return
        began = time.monotonic()
        try:
            browser.shown(browser.get(path), path)
        except (LookupError, OSError) as problem:
            browser.log.went_wrong(f"{name}, the {number}th time: {problem!r}")
        time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))


def soak(site: Site, minutes: float, slow: Callable[[str], Trickle]) -> dict[str, float]:
    """All of it for so long. Raises Wrong if somebody cannot even begin."""
    log, looking = Log(), Log()
    people = []
    for number, key in enumerate(PEOPLE):
        browser = site.browser(looking)
        one = site.sample.somebody(key, browser, number)
        one.look_round()
        browser.log = log
        people.append(one)
    missing = set(_KINDS) - {kind for one in people for kind in one.kinds}
    if missing:
        raise Wrong(f"nobody can do: {', '.join(sorted(missing))}")
    # Whoever looks at help and filing each second is signed in, and nobody else of them.
    peer = site.browser(looking)
    site.sample.somebody("peer", peer)
    peer.log = log
    filer = site.browser(looking)
    site.sample.somebody("police", filer)
    filer.log = log
    time.sleep(_SECONDS_TO_REST)
    before = site.memory()
    sender = site.browser(looking)
    site.sample.somebody("trainer", sender)
    trickle = slow(sender.cookie)
    stop, begun = threading.Event(), threading.Event()
    until = time.monotonic() + 60 * minutes
    most = int(_MOST_A_MINUTE * minutes) + 1
    threads = [threading.Thread(target=one.work, args=(until, most)) for one in people]
    threads += [
        threading.Thread(target=watch, args=(browser, name, path, until, begun))
        for browser, name, path in (
            (site.browser(log), "healthz", "/healthz"),
            (site.browser(log), "sign-in", "/sign-in"),
            (peer, "help", site.sample.at.help),
            (filer, "filing", site.sample.at.filing),
        )
    ]
    slowly = threading.Thread(target=trickle.run, args=(stop,))
    slowly.start()
    begun.set()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    slowly.join()
    time.sleep(_SECONDS_TO_REST)
    for sentence in (*log.wrong[:20], *(site.errors()[:20] if log.wrong else ())):
        print(sentence, file=sys.stderr)
    return _figures(log, trickle, before, site.memory())


def _figures(
    log: Log, trickle: Trickle, before: Mapping[str, float], after: Mapping[str, float]
) -> dict[str, float]:
    asked = {f"requests {kind}": float(len(log.seconds[kind])) for kind in sorted(log.seconds)}
    asked |= {f"ms_max {kind}": 1000 * max(log.seconds[kind]) for kind in sorted(log.seconds)}
    figures = {"wrong_answers": float(len(log.wrong))}
    figures |= _times("healthz", log.seconds["each second healthz"])
    first = [log.seconds[f"each second {name}"] for name in FIRST_PAGES]
    figures |= _times("help_filing_sign_in", list(itertools.chain.from_iterable(first)))
    pages = [log.seconds[kind] for kind in _KINDS if kind not in ("preview", "certificate")]
    figures |= _times("pages", list(itertools.chain.from_iterable(pages)))
    for name in before:
        figures[f"{name}_mb_begin"], figures[f"{name}_mb_end"] = before[name], after[name]
    figures |= {f"slow bodies ended: {how}": float(n) for how, n in sorted(trickle.ended.items())}
    figures |= {name: float(times) for name, times in sorted(log.noted.items())}
    return {name: round(value, 2) for name, value in (figures | asked).items()}


def _times(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """The middle one, the one that a hundredth are slower than, and the slowest; in ms."""
    if not seconds:
        raise Wrong(f"{name} was never answered")
    ordered = sorted(seconds)
    return {
        f"{name}_ms_median": 1000 * statistics.median(ordered),
        f"{name}_ms_p99": 1000 * ordered[int(0.99 * (len(ordered) - 1))],
        f"{name}_ms_max": 1000 * ordered[-1],
    }


def run(minutes: float, *, direct: bool) -> dict[str, float]:
    """Load the sample into a place of its own, and soak it there."""
    caddy = shutil.which("caddy")
    if caddy is None and not direct:
        raise NotServing("Caddy is not on this machine. Install it, or use --direct.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-soak-")))
        port = free_port()
        environment = {
            "KASH_DATA_DIR": str(folder / "data"),
            "KASH_DATABASE_URL": "",
            "KASH_QUEUE_URL": "",
            "KASH_STORAGE_URL": "",
            "KASH_MAIL_URL": f"file://{folder / 'mail'}",
            "KASH_PUBLIC_URL": "http://localhost" if direct else f"https://localhost:{port}",
            "KASH_TRUSTED_PROXIES": "0" if direct else "1",
        }
        os.environ.update(environment)
        sample = _load(secrets.token_urlsafe(12))
        server = stack.enter_context(served(environment, folder / "server.log"))
        trust, proxy, reached = None, None, server.port
        if caddy is not None and not direct:
            front = stack.enter_context(proxied(caddy, server.port, folder, port))
            trust, proxy, reached = front.trust, front.process, front.port
        return soak(
            Site(
                server,
                lambda log: TimedBrowser(reached, trust, log),
                sample,
                proxy,
                folder / "server.log",
            ),
            minutes,
            lambda cookie: Trickle(
                reached, trust, slow_bodies("/sign-in", LISTS, cookie), SLOW_BODIES
            ),
        )


def _load(password: str) -> Sample:
    from kash.application import create_app
    from kash.certificates.models import CertificateBatch
    from kash.desk.demo.loading import load_programme
    from kash.desk.demo.opening import MEMBERS
    from kash.platform.database import db
    from kash.platform.operations.migrations import migrate_if_behind
    from kash.platform.web.formats import local_today
    from kash.settings import load_settings
    from kash.workshops.models import Workshop

    settings = load_settings()
    app = create_app(settings)
    migrate_if_behind(settings)
    built = app.url_map.bind("localhost")
    with app.app_context():
        loaded = load_programme(password, local_today())
        batches = db.session.execute(
            select(Workshop.public_id, CertificateBatch.public_id).join(
                CertificateBatch, CertificateBatch.workshop_id == Workshop.id
            )
        ).all()
        db.session.remove()
        db.engine.dispose()
    papers = [
        built.build("certificates.preview", {"public_id": workshop, "batch_id": batch})
        for workshop, batch in batches
    ]
    at = Addresses(built.build("incidents.help_now"), built.build("incidents.filing"), papers)
    keys = {member.actor.public_id: member.totp_secret for member in loaded.members}
    codes = {one.key: keys[loaded.actors[one.key].public_id] for one in MEMBERS}
    return Sample(at, password, codes)


def main() -> int:
    """Run it; 0 if every answer was right and in time."""
    parser = argparse.ArgumentParser(prog="bench soak", description=__doc__)
    as_json(parser)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--direct", action="store_true", help="without a proxy")
    chosen = parser.parse_args()
    try:
        figures = run(chosen.minutes, direct=chosen.direct)
    except (NotServing, LookupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(told(figures, json_wanted=chosen.json, at_most=AT_MOST))
    return int(any(figures[name] > most for name, most in AT_MOST.items()))


if __name__ == "__main__":
    sys.exit(main())
