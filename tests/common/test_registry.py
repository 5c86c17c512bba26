# ruff: noqa: DJ008
from django.db import models
from django.test.utils import isolate_apps

from common.fields import BlindIndexField, EncryptedTextField
from common.registry import Basis, PersonalData, Sensitivity, unclassified, unprotected

NAME = PersonalData("identify", Basis.CONSENT, "membership", Sensitivity.S1)
SECRET = PersonalData("identify", Basis.CONSENT, "membership", Sensitivity.S3)


@isolate_apps("common")
def test_every_column_is_classified_once_and_no_name_is_stale():
    class Owner(models.Model):
        class Meta:
            app_label = "common"

    class Thing(models.Model):
        owner = models.ForeignKey(Owner, models.CASCADE)
        name = models.CharField(max_length=5)
        colour = models.CharField(max_length=5)
        both = models.CharField(max_length=5)
        created_at = models.DateTimeField()

        personal_data = {"name": NAME, "gone": NAME, "both": NAME}
        not_personal = frozenset({"both", "lost"})

        class Meta:
            app_label = "common"

    assert unclassified([Owner, Thing]) == [
        "common.Thing.both: classified twice",
        "common.Thing.colour: not classified",
        "common.Thing.gone: no such column",
        "common.Thing.lost: no such column",
    ]


@isolate_apps("common")
def test_what_would_harm_most_is_sealed():
    class Thing(models.Model):
        name = models.CharField(max_length=5)
        number = models.CharField(max_length=5)
        sealed = EncryptedTextField()
        index = BlindIndexField()

        personal_data = {"name": NAME, "number": SECRET, "sealed": SECRET, "index": SECRET}

        class Meta:
            app_label = "common"

    assert unprotected([Thing]) == ["common.Thing.number: S3 in the clear"]
