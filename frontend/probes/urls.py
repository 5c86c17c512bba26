"""Answered on every host, before any tenant is looked up."""

from django.urls import path

from frontend.probes import views

app_name = "probes"
urlpatterns = [
    path("healthz", views.healthz, name="health"),
    path("readyz", views.readyz, name="ready"),
    path("metrics", views.metrics, name="metrics"),
]
