"""Pages of people, on a site's host."""

from django.urls import path

from frontend.people import views

app_name = "people"
urlpatterns = [
    path("", views.person_list, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:person_id>/", views.detail, name="detail"),
    path("<uuid:person_id>/edit/", views.edit, name="edit"),
    path("<uuid:person_id>/invite/", views.invite, name="invite"),
    path("<uuid:person_id>/reveal/<str:field>/", views.reveal, name="reveal"),
]
