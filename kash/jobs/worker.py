"""The worker: the process that takes jobs out of the queue, two at a time.

`python -m kash.jobs.worker` runs one by hand; the server runs its own (`kash.jobs.keeper`).
"""

from __future__ import annotations

import threading

import structlog
from flask import Flask

from kash.database import utc_now
from kash.jobs import services
from kash.jobs.queue import job_queue
from kash.jobs.runner import beat

log = structlog.get_logger("kash.jobs")

JOBS_AT_ONCE = 2


def run_worker(app: Flask) -> None:
    """Work until told to stop: SIGTERM at once, SIGINT after the job in hand."""
    from huey.consumer import Consumer

    stopped = threading.Event()
    with app.app_context():
        recovered = services.recover_dropped(utc_now(), starting=True)
        queue = job_queue().huey
    log.info("worker_started", recovered=recovered)
    threading.Thread(target=beat, args=(app, stopped), daemon=True, name="heartbeat").start()
    consumer = Consumer(queue, workers=JOBS_AT_ONCE, max_delay=1.0, scheduler_interval=5)
    try:
        consumer.run()
    finally:
        stopped.set()


if __name__ == "__main__":
    from kash import create_app

    run_worker(create_app())
