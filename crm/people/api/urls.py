"""Routes of people below ``/api/v1/``."""

from rest_framework.routers import SimpleRouter

from crm.people.api.views import PersonViewSet

router = SimpleRouter(use_regex_path=False)
router.register("people", PersonViewSet, basename="person")

urlpatterns = router.urls
