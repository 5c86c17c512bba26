"""Long jobs, on sites and on the platform."""

from django.urls import path

from frontend.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<uuid:job_id>/", views.job_detail, name="detail"),
    path("<uuid:job_id>/retry/", views.retry, name="retry"),
    path("<uuid:job_id>/cancel/", views.cancel, name="cancel"),
]
