"""Support on the platform: the way to one site."""

from django.urls import path

from frontend.support import platform_views as views

app_name = "support"
urlpatterns = [path("", views.hand_over, name="hand-over")]
