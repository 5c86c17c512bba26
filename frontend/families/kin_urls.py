"""Pages of relatives, below those of people."""

from django.urls import path

from frontend.families import kin_views as views

app_name = "kin"
urlpatterns = [
    path("candidates/", views.candidate_list, name="candidates"),
    path("<uuid:person_id>/declare-relative/", views.declare, name="declare"),
    path("<uuid:person_id>/kin/add/", views.add_kin, name="add"),
    path("<uuid:person_id>/kin/<uuid:kinship_id>/end/", views.end_kin, name="end"),
    path("<uuid:person_id>/overseas/add/", views.add_overseas, name="add-overseas"),
    path("<uuid:person_id>/overseas/<uuid:kin_id>/", views.edit_overseas, name="edit-overseas"),
    path("<uuid:person_id>/overseas/<uuid:kin_id>/end/", views.end_overseas, name="end-overseas"),
]
