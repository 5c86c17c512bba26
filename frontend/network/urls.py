"""The directory of sites, on the platform's host."""

from django.urls import path

from frontend.network import change_views, views

app_name = "network"
urlpatterns = [
    path("", views.home, name="home"),
    path("sites/", views.site_list, name="sites"),
    path("sites/new/", views.add_site, name="add-site"),
    path("sites/regions/", views.region_choices, name="regions"),
    path("sites/<slug:code>/", views.site_detail, name="site"),
    path("sites/<slug:code>/state/<slug:change>/", change_views.change_state, name="change-state"),
    path(
        "sites/<slug:code>/deletion/<slug:change>/",
        change_views.change_deletion,
        name="change-deletion",
    ),
    path("sites/<slug:code>/invite/", views.invite_administrator, name="invite"),
]
