"""Background work with progress: a row that a page shows as a bar, and a worker that does it.

A feature registers a function with `@job(kind)` and asks for a run with `enqueue` inside its write
transaction; the queue hears of it only once that transaction is durable. The row holds ids and
counts, never names; the queue holds nothing but the row's id.
"""

from kash.jobs.models import Job
from kash.jobs.progress import SILENT, JobCancelled, JobResult, Progress
from kash.jobs.queue import init_jobs
from kash.jobs.registry import job, periodic
from kash.jobs.runner import run_waiting
from kash.jobs.services import enqueue
from kash.jobs.views import blueprint

__all__ = [
    "SILENT",
    "Job",
    "JobCancelled",
    "JobResult",
    "Progress",
    "blueprint",
    "enqueue",
    "init_jobs",
    "job",
    "periodic",
    "run_waiting",
]
