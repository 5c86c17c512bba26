"""Pages of a site's host: one line for each room."""

from django.urls import include, path

urlpatterns = [
    path("", include("frontend.accounts.urls")),
    path("accounts/support/", include("frontend.support.urls")),
    path("accounts/", include("frontend.accounts.sign_in_urls")),
    path("", include("frontend.site.urls")),
    path("", include("frontend.pages.urls")),
    path("", include("frontend.audit.urls")),
    path("people/imports/", include("frontend.imports.urls")),
    path("people/", include("frontend.people.urls")),
    path("people/", include("frontend.families.kin_urls")),
    path("households/", include("frontend.families.household_urls")),
    path("my-data/", include("frontend.people.own_urls")),
    path("jobs/", include("frontend.jobs.urls")),
    path("preferences/", include("frontend.preferences.urls")),
    path("unsent/", include("frontend.unsent.urls")),
    path("styleguide/", include("frontend.styleguide.urls")),
]
