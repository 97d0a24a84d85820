"""A process that keeps a worker alive, as the server does: `kept_worker.py FOLDER [QUEUE_URL]`."""

import signal
import sys
from pathlib import Path

from kash.platform.database import db
from kash.platform.jobs.worker import WorkerKeeper, run_worker
from tests.platform.jobs.conftest import make_app

app = make_app(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
with app.app_context():
    db.engine.dispose()
keeper = WorkerKeeper(lambda: run_worker(app), first_pause=0.05)
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
keeper.start()
print("kept", flush=True)
try:
    while True:
        signal.pause()
finally:
    keeper.stop()
