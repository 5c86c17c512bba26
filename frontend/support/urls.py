"""Support at a site: when it may come in, and its way in."""

from django.urls import path

from frontend.support import site_views as views

app_name = "support"
urlpatterns = [
    path("", views.windows, name="windows"),
    path("close/", views.close, name="close"),
    path("enter/<str:token>/", views.enter, name="enter"),
]
