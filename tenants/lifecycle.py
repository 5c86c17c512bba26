"""A site's life after its birth: activated, suspended, resumed, archived, deleted.

Runs only where ``DATABASE_ADMIN_URL`` is set. Each step is one transaction with its entry in the
platform's audit chain, and may be tried again after a crash.

Deleting takes two people of the platform and a wait: one orders, another approves, and after
`DELETION_WAIT_DAYS` the site's schema, role, files and keys are destroyed. Without its keys the
site is unreadable in every older backup of the database as well.
"""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import AuditEntry
from audit.services import record
from common.keys import keystore
from tenants import roles, routing
from tenants.access import may
from tenants.backend.base import LOGIN_ROLE, OWNER_ROLE
from tenants.backend.current import connection
from tenants.errors import (
    DeletionError,
    InvalidStateError,
    NotAllowedError,
    UnknownTenantError,
)
from tenants.models import (
    WORKING_STATES,
    DeletionOrder,
    MigrationResult,
    Tenant,
    TenantState,
)
from tenants.ownership import owner_connection
from tenants.permissions import Permission
from tenants.rights import close_tables, open_tables

OBJECT_TYPE = "tenants.tenant"
EXPORT_ACTION = "site.export"


def activate_tenant(*, code: str, by: User | None, now: dt.datetime) -> Tenant:
    """End the trial of a site: from now on it is one of the network's.

    Raises:
        UnknownTenantError: no site has the code.
        InvalidStateError: the site is not on trial.
    """
    with _changing(code) as tenant:
        _require(tenant, TenantState.TRIAL)
        tenant.activated_at = now
        _move(tenant, TenantState.ACTIVE, "site.activate", reason="", by=by, now=now)
    return tenant


def suspend_tenant(*, code: str, reason: str, by: User | None, now: dt.datetime) -> Tenant:
    """Make the site read-only, in the database too. Suspending twice changes the reason.

    Open pages follow within `routing.CACHE_SECONDS`; writing is refused from this moment on.

    Raises:
        UnknownTenantError: no site has the code.
        InvalidStateError: the site is archived or deleted.
    """
    with _changing(code) as tenant:
        _require(tenant, *WORKING_STATES, TenantState.SUSPENDED)
        close_tables(tenant.schema_name)
        _move(tenant, TenantState.SUSPENDED, "site.suspend", reason=reason, by=by, now=now)
    return tenant


def resume_tenant(*, code: str, by: User | None, now: dt.datetime) -> Tenant:
    """Open a suspended or archived site again; one that was on trial goes on with its trial.

    Raises:
        UnknownTenantError: no site has the code.
        InvalidStateError: the site is open, deleted, or ordered to be deleted.
    """
    with _changing(code) as tenant:
        _require(tenant, TenantState.SUSPENDED, TenantState.ARCHIVED)
        if standing_orders().filter(tenant=tenant).exists():
            raise InvalidStateError(
                _("The site is ordered to be deleted. Withdraw the order first.")
            )
        open_tables(tenant.schema_name)
        state = TenantState.ACTIVE if tenant.activated_at else TenantState.TRIAL
        _move(tenant, state, "site.resume", reason="", by=by, now=now)
    return tenant


def archive_tenant(*, code: str, by: User | None, now: dt.datetime) -> Tenant:
    """Close a suspended site: its host answers with a notice, its data stay, read-only.

    Raises:
        UnknownTenantError: no site has the code.
        InvalidStateError: the site is not suspended.
    """
    with _changing(code) as tenant:
        _require(tenant, TenantState.SUSPENDED)
        reason = tenant.state_reason
        _move(tenant, TenantState.ARCHIVED, "site.archive", reason=reason, by=by, now=now)
    return tenant


def standing_orders() -> Any:
    """Return the orders that are neither withdrawn nor carried out."""
    return DeletionOrder.objects.filter(withdrawn_at__isnull=True, executed_at__isnull=True)


def order_deletion(*, code: str, reason: str, by: User, now: dt.datetime) -> DeletionOrder:
    """Order that the site be deleted after the wait, once somebody else approves.

    Raises:
        UnknownTenantError: no site has the code.
        InvalidStateError: the site is not archived.
        NotAllowedError: the account may not delete sites.
        DeletionError: there is an order already.
    """
    with _changing(code) as tenant:
        _check_may_delete(by)
        _require(tenant, TenantState.ARCHIVED)
        if standing_orders().filter(tenant=tenant).exists():
            raise DeletionError(_("The site is already ordered to be deleted."))
        order = DeletionOrder.objects.create(
            tenant=tenant,
            reason=reason,
            ordered_by=by,
            ordered_at=now,
            wait_until=now + dt.timedelta(days=settings.DELETION_WAIT_DAYS),
        )
        _record(tenant, "site.order_deletion", reason=reason, by=by, now=now)
    return order


def approve_deletion(*, code: str, by: User, now: dt.datetime) -> DeletionOrder:
    """Consent to an order, as the second person.

    Raises:
        UnknownTenantError: no site has the code.
        NotAllowedError: the account may not delete sites.
        DeletionError: there is no order, it is approved already, or ``by`` gave it.
    """
    with _changing(code) as tenant:
        _check_may_delete(by)
        order = _order_of(tenant)
        if order.ordered_by_id == by.pk:
            raise DeletionError(_("Somebody else than who ordered the deletion must approve it."))
        if order.approved_at is not None:
            raise DeletionError(_("The deletion is approved already."))
        order.approved_by, order.approved_at = by, now
        order.save(update_fields=["approved_by", "approved_at"])
        _record(tenant, "site.approve_deletion", reason=order.reason, by=by, now=now)
    return order


def withdraw_deletion(*, code: str, by: User, now: dt.datetime) -> DeletionOrder:
    """Take an order back. One of the two, or a third, is enough.

    Raises:
        UnknownTenantError: no site has the code.
        NotAllowedError: the account may not delete sites.
        DeletionError: there is no order.
    """
    with _changing(code) as tenant:
        _check_may_delete(by)
        order = _order_of(tenant)
        order.withdrawn_by, order.withdrawn_at = by, now
        order.save(update_fields=["withdrawn_by", "withdrawn_at"])
        _record(tenant, "site.withdraw_deletion", reason=order.reason, by=by, now=now)
    return order


def execute_deletion(*, code: str, by: User | None, now: dt.datetime) -> DeletionOrder:
    """Erase the site: tables and role in one transaction, then keys and files.

    Killed between the two it is finished by calling it again, which is safe at any time. The
    order's certificate holds the number of rows of each table, the name of the schema and the
    checksum of the last export, or null if there was none.

    Raises:
        UnknownTenantError: no site has the code.
        DeletionError: there is no order, it is not approved, or its time has not come.
    """
    with _changing(code) as tenant:
        if tenant.state == TenantState.DELETED:
            order = DeletionOrder.objects.get(tenant=tenant, executed_at__isnull=False)
        else:
            order = _order_of(tenant)
            _check_due(order, now)
            order.executed_at = now
            order.certificate = _certificate(tenant)
            order.save(update_fields=["executed_at", "certificate"])
            _drop_schema(tenant)
            _move(tenant, TenantState.DELETED, "site.delete", reason=order.reason, by=by, now=now)
    keystore().destroy(tenant.schema_name)
    shutil.rmtree(settings.FILES_DIR / tenant.schema_name, ignore_errors=True)
    return order


@contextmanager
def _changing(code: str) -> Iterator[Tenant]:
    """Lend the site's row, locked, on the owner's connection; commit at the end of the block."""
    with owner_connection(), transaction.atomic():
        tenant = Tenant.objects.select_for_update().filter(code=code).first()
        if tenant is None:
            raise UnknownTenantError
        yield tenant
    routing.forget_hosts()


def _require(tenant: Tenant, *states: TenantState) -> None:
    if tenant.state not in states:
        raise InvalidStateError(
            _("The site is %(state)s; this cannot be done now.")
            % {"state": TenantState(tenant.state).label}
        )


def _move(
    tenant: Tenant,
    state: TenantState,
    action: str,
    *,
    reason: str,
    by: User | None,
    now: dt.datetime,
) -> None:
    tenant.state, tenant.state_reason, tenant.state_changed_at = state, reason, now
    tenant.save(update_fields=["state", "state_reason", "state_changed_at", "activated_at"])
    _record(tenant, action, reason=reason, by=by, now=now)


def _record(tenant: Tenant, action: str, *, reason: str, by: User | None, now: dt.datetime) -> None:
    record(
        action=action,
        by=by,
        object_type=OBJECT_TYPE,
        object_key=tenant.pk,
        reason=reason,
        detail={"code": tenant.code},
        now=now,
    )


def _check_may_delete(user: User) -> None:
    if not may(user, Permission.SITE_DELETE):
        raise NotAllowedError


def _order_of(tenant: Tenant) -> DeletionOrder:
    order: DeletionOrder | None = standing_orders().filter(tenant=tenant).first()
    if order is None:
        raise DeletionError(_("Nobody has ordered that the site be deleted."))
    return order


def _check_due(order: DeletionOrder, now: dt.datetime) -> None:
    if order.approved_at is None:
        raise DeletionError(_("A second person must approve the deletion first."))
    if now < order.wait_until:
        raise DeletionError(
            _("The site cannot be deleted before %(day)s.")
            % {"day": f"{order.wait_until:%Y-%m-%d %H:%M} UTC"}
        )


def _certificate(tenant: Tenant) -> dict[str, Any]:
    export = (
        AuditEntry.objects.filter(action=EXPORT_ACTION, object_key=str(tenant.pk))
        .order_by("-seq")
        .values_list("detail", flat=True)
        .first()
    )
    return {
        "schema": tenant.schema_name,
        "rows": _count_rows(tenant.schema_name),
        "last_export": export,
    }


def _count_rows(schema: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace"
            " ORDER BY relname",
            [f'"{schema}"'],
        )
        counts = {}
        for (table,) in cursor.fetchall():
            # Names from the catalogue.
            cursor.execute(f'SELECT count(*) FROM "{schema}"."{table}"')  # noqa: S608
            counts[table] = int(cursor.fetchone()[0])
    return counts


def _drop_schema(tenant: Tenant) -> None:
    """Drop tables, waiting tasks, hosts and role. The anchors of the audit chain remain."""
    schema = tenant.schema_name
    tenant.domains.all().delete()
    MigrationResult.objects.filter(schema_name=schema).delete()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
        cursor.execute(
            "DELETE FROM dramatiq.queue WHERE message->'options'->>'schema_name' = %s", [schema]
        )
    # The owner owns schemas, not roles.
    connection.take_role(LOGIN_ROLE)
    with connection.cursor() as cursor:
        roles.drop_tenant_role(cursor.connection, role=schema)
    connection.take_role(OWNER_ROLE)
