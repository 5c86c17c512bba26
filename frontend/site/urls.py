"""A site's front door and today page."""

from django.urls import path

from frontend.site import views

app_name = "site"
urlpatterns = [
    path("", views.home, name="home"),
    path("today/", views.today, name="today"),
]
