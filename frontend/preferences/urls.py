"""Choices about the interface, on every host."""

from django.urls import path

from frontend.preferences import views

app_name = "preferences"
urlpatterns = [
    path("", views.save, name="save"),
    path("extend/", views.extend, name="extend"),
]
