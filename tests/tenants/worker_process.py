"""A worker in a process of its own, for the test that kills it. Prints `ready`, then works.

Its heartbeats are short, so that the test need not wait as long as people would.
"""

import time

import django

django.setup()

from django.utils import timezone  # noqa: E402
from dramatiq import Worker  # noqa: E402

from accounts.models import CacheEntry  # noqa: E402
from jobs import services  # noqa: E402
from jobs.models import Job  # noqa: E402
from jobs.running import job_task  # noqa: E402
from tenants.tasks import setup_broker, tenant_actor  # noqa: E402

STEPS = 12
STEP_SECONDS = 0.15


@tenant_actor("tests.slow_steps")
@job_task
def slow_steps(job: Job) -> None:
    """Leave one row for each step; a step that was done is not done again."""
    for step in range(STEPS):
        CacheEntry.objects.get_or_create(
            cache_key=f"step {step}", defaults={"value": "", "expires": timezone.now()}
        )
        services.progress(job_id=job.pk, done=step + 1, total=STEPS)
        time.sleep(STEP_SECONDS)


def main() -> None:
    """Work until killed."""
    services.PROGRESS_INTERVAL = 0
    broker = setup_broker()
    broker.heartbeat_interval, broker.heartbeat_ttl, broker.maintenance_interval = 0.3, 1.5, 0.5
    broker.poll_interval = 0.1
    Worker(broker, queues={"default"}, worker_threads=2).start()
    print("ready", flush=True)
    time.sleep(120)


if __name__ == "__main__":
    main()
