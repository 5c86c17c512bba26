"""Pages of the audit on the platform's host, where nobody keeps files on people."""

from django.urls import path

from frontend.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.entry_list, name="list"),
    path("audit/check/", views.check, name="check"),
]
