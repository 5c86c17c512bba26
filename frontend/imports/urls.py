"""Pages of imports, on a site's host."""

from django.urls import path

from frontend.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.import_list, name="list"),
    path("new/", views.upload, name="new"),
    path("<uuid:batch_id>/", views.detail, name="detail"),
    path("<uuid:batch_id>/columns/", views.columns, name="columns"),
    path("<uuid:batch_id>/headings/", views.headings, name="headings"),
    path("<uuid:batch_id>/repairs/", views.repairs, name="repairs"),
    path("<uuid:batch_id>/rows/", views.rows, name="rows"),
    path("<uuid:batch_id>/decide/", views.decide, name="decide"),
    path("<uuid:batch_id>/run/", views.run, name="run"),
    path("<uuid:batch_id>/undo/", views.undo, name="undo"),
    path("<uuid:batch_id>/go-on/", views.go_on, name="go-on"),
    path("<uuid:batch_id>/discard/", views.discard, name="discard"),
    path("<uuid:batch_id>/file/", views.file, name="file"),
]
