"""Background work with progress: a row that a page shows as a bar, and a worker that does it.

A feature declares a `JobKind` and asks for a run with `enqueue` inside its write transaction; the
queue hears of it only once that transaction is durable. The row holds ids and counts, never names;
the queue holds nothing but the row's id.
"""

from kash.platform.jobs.models import Job
from kash.platform.jobs.runner import init_jobs, run_waiting
from kash.platform.jobs.services import (
    SILENT,
    Chore,
    JobCancelled,
    JobKind,
    JobResult,
    Progress,
    enqueue,
)
from kash.platform.jobs.views import blueprint
