"""What the network does later."""

from typing import Any

from django.utils import timezone

from jobs.models import Job
from jobs.running import job_task
from network.changes import Change, carry_out
from network.services import SiteFacts
from network.services import create_site as make_site
from tenants.tasks import platform_actor


# Only the provisioner takes from this queue: it alone has the login that makes schemas.
@platform_actor("network.create_site", queue_name="provisioning")
@job_task
def create_site(job: Job, **facts: Any) -> dict[str, Any]:
    """Make the site that was ordered. The job's key is the site's, so it is made once."""
    tenant = make_site(facts=SiteFacts(**facts), now=timezone.now(), tenant_id=job.pk)
    return {"code": tenant.code, "url": f"/sites/{tenant.code}/"}


# Not tried again by itself after an unexpected error: staff look first, then retry it.
@platform_actor("network.change_site", queue_name="provisioning", max_retries=0)
@job_task
def change_site(job: Job, *, change: str, **facts: Any) -> dict[str, Any]:
    """Do to a site what platform staff ordered on its page."""
    return carry_out(job=job, change=Change(change), now=timezone.now(), **facts)
