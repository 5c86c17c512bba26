"""What the network does later."""

from typing import Any

from django.utils import timezone

from jobs.models import Job
from jobs.running import job_task
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
