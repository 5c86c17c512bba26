"""Upkeep of every schema; `jobs.schedule` says when."""

import datetime as dt

from django.utils import timezone

from accounts.services import forget_old_unsent
from audit.services import anchor_day, check_chain
from jobs import services, upkeep
from tenants.tasks import any_schema_actor, platform_actor, tenant_actor


@any_schema_actor("audit.anchor_day", while_suspended=True)
def anchor_audit(*, due_at: str) -> None:
    """Copy where the schema's audit chain stands, as of the day it was due."""
    anchor_day(now=dt.datetime.fromisoformat(due_at))


@any_schema_actor("audit.check_chain", while_suspended=True)
def check_audit(*, due_at: str) -> None:
    """Verify the schema's audit chain; the audit list shows what came out."""
    check_chain(now=timezone.now())


@any_schema_actor("jobs.check_stale", while_suspended=True, max_retries=0)
def check_stale(*, due_at: str) -> None:
    """Mark jobs as failed whose message is gone."""
    services.fail_vanished_jobs(now=timezone.now())


@any_schema_actor("accounts.clear_sessions", while_suspended=True)
def clear_sessions(*, due_at: str) -> None:
    """Delete what has expired."""
    upkeep.clear_sessions(now=timezone.now())
    forget_old_unsent(now=timezone.now())


@tenant_actor("tenants.try_walls", while_suspended=True)
def try_walls(*, due_at: str) -> None:
    """Try to reach beyond the site's wall; the platform hears of it if that succeeds."""
    upkeep.try_walls(now=timezone.now())


@platform_actor("tenants.forget_hits", max_retries=0)
def forget_hits(*, due_at: str) -> None:
    """Delete rate counters whose time is over."""
    upkeep.forget_hits()
