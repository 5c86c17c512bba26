"""What people see of their own file, on a site's host."""

from django.urls import path

from frontend.people import sheets

app_name = "own"
urlpatterns = [path("copy/", sheets.my_copy, name="copy")]
