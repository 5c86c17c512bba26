"""Pages of the platform's host."""

from django.urls import include, path

urlpatterns = [
    path("", include("frontend.platform_urls")),
]

handler400 = "frontend.errors.bad_request"
handler403 = "frontend.errors.permission_denied"
handler404 = "frontend.errors.not_found"
handler500 = "frontend.errors.server_error"
