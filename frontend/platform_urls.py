"""Pages of the platform's host: one line for each room."""

from django.urls import include, path

urlpatterns = [
    path("", include("frontend.pages.urls")),
    path("preferences/", include("frontend.preferences.urls")),
    path("styleguide/", include("frontend.styleguide.urls")),
]
