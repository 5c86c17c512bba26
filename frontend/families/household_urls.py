"""Pages of households."""

from django.urls import path

from frontend.families import household_views as views
from frontend.families import member_views

app_name = "households"
_MEMBER = "<uuid:household_id>/members/<uuid:member_id>"
urlpatterns = [
    path("", views.household_list, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:household_id>/", views.detail, name="detail"),
    path("<uuid:household_id>/print/", views.print_sheet, name="print"),
    path("<uuid:household_id>/edit/", views.edit, name="edit"),
    path("<uuid:household_id>/address/", views.reveal, name="reveal"),
    path("<uuid:household_id>/split/", member_views.split, name="split"),
    path("<uuid:household_id>/merge/", member_views.merge, name="merge"),
    path("<uuid:household_id>/close/", views.close, name="close"),
    path("<uuid:household_id>/reopen/", views.reopen, name="reopen"),
    path("<uuid:household_id>/members/add/", member_views.add_member, name="add-member"),
    path(f"{_MEMBER}/edit/", member_views.edit_member, name="edit-member"),
    path(f"{_MEMBER}/end/", member_views.end_member, name="end-member"),
    path(f"{_MEMBER}/move/", member_views.move_member, name="move-member"),
    path(f"{_MEMBER}/contact/", member_views.choose_contact, name="choose-contact"),
]
