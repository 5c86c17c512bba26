"""Pages of the audit on a site's host."""

from django.urls import path

from frontend.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.entry_list, name="list"),
    path("audit/check/", views.check, name="check"),
    path("who-looked/", views.who_looked, name="who-looked"),
    path(
        "people/<uuid:person_id>/who-looked/",
        views.who_looked_at_person,
        name="who-looked-at-person",
    ),
]
