"""Whose address an entry names when proxies stand in between."""

import pytest
from django.test import RequestFactory

from audit.context import client_address


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "visitor"),
    [
        ([], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.1.2.3", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        # What stands before the last foreign address was written by whoever sent it.
        (["10.0.0.0/8"], "10.1.2.3", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        (["10.1.2.3"], "10.1.2.4", "198.51.100.1", "10.1.2.4"),
        (["10.0.0.0/8"], "10.1.2.3", "nonsense", "nonsense"),
    ],
)
def test_a_forwarded_address_counts_only_as_far_as_our_own_proxies_wrote_it(
    settings, proxies, peer, forwarded, visitor
):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded})

    assert client_address(request) == visitor
