"""Routes of people below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from crm.people.api.bulk_changes import BulkChangeViewSet
from crm.people.api.consents import ConsentViewSet
from crm.people.api.duplicates import DuplicateViewSet, MergeViewSet
from crm.people.api.exports import ExportFileView, ExportViewSet
from crm.people.api.groups import GroupViewSet, SavedFilterViewSet
from crm.people.api.history import HistoryViewSet
from crm.people.api.households import HouseholdViewSet
from crm.people.api.identities import IdentityViewSet, StayViewSet
from crm.people.api.imports import ImportResultView, ImportViewSet
from crm.people.api.kin import KinViewSet, OverseasKinViewSet
from crm.people.api.papers import (
    HouseholdSheetView,
    OwnCopyView,
    PersonCopyView,
    PersonSheetView,
    PrintedSheetFileView,
    PrintedSheetView,
    RosterTemplateView,
)
from crm.people.api.relatives import CandidateViewSet, ReviewViewSet
from crm.people.api.upkeep import ExtraFieldViewSet, MinimisationViewSet
from crm.people.api.views import PersonViewSet

router = SimpleRouter(use_regex_path=False)
router.register("people", PersonViewSet, basename="person")
router.register("people/<uuid:person_id>/kin", KinViewSet, basename="kin")
router.register("people/<uuid:person_id>/overseas-kin", OverseasKinViewSet, basename="overseas-kin")
router.register("households", HouseholdViewSet, basename="household")
router.register("people/<uuid:person_id>/history", HistoryViewSet, basename="history")
router.register("exports", ExportViewSet, basename="export")
router.register("imports", ImportViewSet, basename="import")
router.register("duplicates", DuplicateViewSet, basename="duplicate")
router.register("merges", MergeViewSet, basename="merge")
router.register("consents", ConsentViewSet, basename="consent")
router.register("people/<uuid:person_id>/identities", IdentityViewSet, basename="identity")
router.register("people/<uuid:person_id>/stays", StayViewSet, basename="stay")
router.register("candidates", CandidateViewSet, basename="candidate")
router.register("reviews", ReviewViewSet, basename="review")
router.register("groups", GroupViewSet, basename="group")
router.register("saved-filters", SavedFilterViewSet, basename="saved-filter")
router.register("extra-fields", ExtraFieldViewSet, basename="extra-field")
router.register("minimisations", MinimisationViewSet, basename="minimisation")
router.register("bulk-changes", BulkChangeViewSet, basename="bulk-change")

urlpatterns = [
    *router.urls,
    path("exports/<uuid:pk>/file/", ExportFileView.as_view(), name="export-file"),
    path("imports/<uuid:pk>/file/", ImportResultView.as_view(), name="import-file"),
    path("people/<uuid:pk>/sheet/", PersonSheetView.as_view(), name="person-sheet"),
    path("people/<uuid:pk>/copy/", PersonCopyView.as_view(), name="person-copy"),
    path("households/<uuid:pk>/sheet/", HouseholdSheetView.as_view(), name="household-sheet"),
    path("sheets/<str:serial>/", PrintedSheetView.as_view(), name="printed-sheet"),
    path("sheets/<str:serial>/pdf/", PrintedSheetFileView.as_view(), name="printed-sheet-file"),
    path("own-copy/", OwnCopyView.as_view(), name="own-copy"),
    path("roster-template/", RosterTemplateView.as_view(), name="roster-template"),
]
