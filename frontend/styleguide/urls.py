"""The style guide, on every host."""

from django.urls import path

from frontend.styleguide import views

app_name = "styleguide"
urlpatterns = [
    path("", views.show, name="show"),
    path("dialog/", views.show_dialog, name="dialog"),
]
