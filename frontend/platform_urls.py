"""Pages of the platform's host: one line for each room."""

from django.urls import include, path

urlpatterns = [
    path("", include("frontend.accounts.urls")),
    path("accounts/", include("frontend.accounts.sign_in_urls")),
    path("", include("frontend.probes.urls")),
    path("", include("frontend.network.urls")),
    path("sites/<slug:code>/support/", include("frontend.support.platform_urls")),
    path("", include("frontend.pages.urls")),
    path("", include("frontend.audit.platform_urls")),
    path("jobs/", include("frontend.jobs.urls")),
    path("preferences/", include("frontend.preferences.urls")),
    path("styleguide/", include("frontend.styleguide.urls")),
]
