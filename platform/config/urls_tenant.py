"""Pages and interface of a site's host."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.urls_api")),
    path("", include("frontend.site_urls")),
]

handler400 = "frontend.errors.bad_request"
handler403 = "frontend.errors.permission_denied"
handler404 = "frontend.errors.not_found"
handler500 = "frontend.errors.server_error"
