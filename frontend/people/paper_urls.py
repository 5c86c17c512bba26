"""Printed sheets and copies, below the pages of people."""

from django.urls import path

from frontend.people import sheets

urlpatterns = [
    path("check/", sheets.check_sheet, name="sheet-check"),
    path("sheets/<str:serial>/", sheets.sheet, name="sheet"),
    path("sheets/<str:serial>/pdf/", sheets.sheet_pdf, name="sheet-pdf"),
    path("sheets/<str:serial>/pictures/", sheets.sheet_pictures, name="sheet-pictures"),
    path("sheets/<str:serial>/<int:number>/", sheets.sheet_picture, name="sheet-picture"),
    path("households/<uuid:household_id>/print/", sheets.print_household, name="print-household"),
    path("<uuid:person_id>/print/", sheets.print_person, name="print"),
    path("<uuid:person_id>/copy/", sheets.person_copy, name="copy"),
]
