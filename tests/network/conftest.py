"""Sites and officers that commit, as the tests of tenancy make them."""

from tests.tenants.conftest import committing, make_site, officers

__all__ = ["committing", "make_site", "officers"]
