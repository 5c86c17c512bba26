"""Load the demonstration network: four invented sites, their people and their accounts.

Runs at every start of a demonstration and finishes what a killed one began; each site's people
come in one transaction. An empty database is filled; one with sites of its own is left alone.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.selectors import find_by_phone
from accounts.services import create_account
from accounts.services.invitations import link_person
from config.demo_people import load_people
from crm.people.services import add_person
from crm.people.values import PersonValues, PhoneValues
from network.demo.people import generate_people
from network.demo.sites import PLATFORM_ACCOUNTS, SITES, DemoAccount, DemoSite
from network.services import SiteFacts, create_site
from tenants.context import inside
from tenants.models import Tenant, TenantState


@dataclass(frozen=True)
class Account:
    """Somebody to try the demonstration as."""

    site: str
    role: str
    name: str
    phone: str
    password: str

    def as_row(self) -> dict[str, str]:
        """Return what the start-up prints."""
        return {
            "site": f"{self.site:<10}",
            "role": f"{self.role:<16}",
            "phone": self.phone,
            "password": self.password,
            "name": self.name,
        }


def load_demonstration(*, password: str, say: Callable[[str], None]) -> list[Account]:
    """Make what is missing of the demonstration and return its accounts.

    Needs the provisioning login. Accounts get ``password``, also when it changed since.
    """
    codes = {site.code for site in SITES}
    tenants = {tenant.code: tenant for tenant in Tenant.objects.all()}
    if tenants and not codes & set(tenants):
        return []
    now = timezone.now()
    hashed = make_password(password)  # once: Argon2 is slow on purpose
    accounts = _accounts("platform", PLATFORM_ACCOUNTS, password, hashed, now)
    for site in SITES:
        tenant = tenants.get(site.code) or _make_site(site, now, say)
        if tenant.state == TenantState.DELETED:
            continue
        with inside(tenant):
            accounts += _accounts(site.code, site.accounts, password, hashed, now)
            if load_people(generate_people(site.code, site.people), now=now):
                _put_members_on_record(site, now)
                say(f"{site.name}: {site.people} people")
    return accounts


def _make_site(site: DemoSite, now: dt.datetime, say: Callable[[str], None]) -> Tenant:
    say(f"{site.name}: new site")
    return create_site(
        facts=SiteFacts(
            code=site.code,
            kind=site.kind,
            name=site.name,
            region_code=site.region_code,
            phone=site.phone,
            address=site.address,
            opening_hours=site.opening_hours,
        ),
        now=now,
    )


@transaction.atomic
def _put_members_on_record(site: DemoSite, now: dt.datetime) -> None:
    """Let the demonstration's members be on the register, so that they see who looked."""
    for one in site.accounts:
        account = find_by_phone(one.phone)
        if one.role == Role.MEMBER and account:
            values = PersonValues(full_name=one.name, phones=(PhoneValues(number=one.phone),))
            person = add_person(values=values, by=None, now=now).person
            link_person(account, person.pk)


def _accounts(
    site: str, wanted: Iterable[DemoAccount], password: str, hashed: str, now: dt.datetime
) -> list[Account]:
    """Make the accounts of one schema, the current one, and see that ``password`` opens them."""
    accounts = []
    known_good = ""
    for one in wanted:
        role = Role(one.role)
        user = find_by_phone(one.phone) or create_account(
            display_name=one.name, phone=one.phone, roles=[role], phone_verified=True, now=now
        )
        # All of a schema share one hash, so that the check is slow once only.
        if user.password != known_good and not check_password(password, user.password):
            User.objects.filter(pk=user.pk).update(password=hashed)
            user.password = hashed
        known_good = user.password
        accounts.append(Account(site, role.value, one.name, one.phone, password))
    return accounts
