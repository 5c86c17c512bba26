"""Help and the accessibility statement, on every host."""

from django.urls import path

from frontend.pages import views

app_name = "pages"
urlpatterns = [
    path("help/", views.help_page, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
