"""Pages of people, on a site's host."""

from django.urls import path

from frontend.people import exports, history_views, views

app_name = "people"
urlpatterns = [
    path("", views.person_list, name="list"),
    path("add/", views.add, name="add"),
    path("export/", exports.ask, name="export-ask"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/<uuid:export_id>/", exports.export_detail, name="export"),
    path("exports/<uuid:export_id>/approve/", exports.approve, name="export-approve"),
    path("exports/<uuid:export_id>/refuse/", exports.refuse, name="export-refuse"),
    path("exports/<uuid:export_id>/file/", exports.fetch, name="export-fetch"),
    path("roster/template/", exports.roster_template, name="roster-template"),
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
