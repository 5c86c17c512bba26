"""Pages of people, on a site's host."""

from django.urls import path

from frontend.people import history_views, views

app_name = "people"
urlpatterns = [
    path("", views.person_list, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:person_id>/", views.detail, name="detail"),
    path("<uuid:person_id>/edit/", views.edit, name="edit"),
    path("<uuid:person_id>/history/", history_views.history, name="history"),
    path(
        "<uuid:person_id>/history/<uuid:change_id>/take-back/",
        history_views.take_back,
        name="take-back",
    ),
    path("<uuid:person_id>/invite/", views.invite, name="invite"),
    path("<uuid:person_id>/reveal/<str:field>/", views.reveal, name="reveal"),
]
