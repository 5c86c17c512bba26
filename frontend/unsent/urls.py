"""Keep and discard what was typed into a form."""

from django.urls import path

from frontend.unsent import views

app_name = "unsent"
urlpatterns = [
    path("<str:form>/", views.keep, name="keep"),
    path("<str:form>/discard/", views.discard, name="discard"),
]
