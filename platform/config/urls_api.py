"""The REST interface, version 1."""

from django.urls import URLPattern, URLResolver, include, path

from tenants.openapi import SchemaView

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("", include("crm.people.api.urls")),
]
