"""Create the table of regions, in the public schema."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=12, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "province"),
                            (2, "city"),
                            (3, "county or district"),
                            (4, "street or township"),
                            (5, "community or village"),
                        ],
                        verbose_name="level",
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True, null=True, verbose_name="valid until (exclusive)"
                    ),
                ),
                ("source", models.CharField(max_length=200, verbose_name="source")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="network.region",
                        verbose_name="part of",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="network.region",
                        verbose_name="replaced by",
                    ),
                ),
            ],
            options={
                "verbose_name": "region",
                "verbose_name_plural": "regions",
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(code__regex=r"^[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?$"),
                        name="region_code_has_6_9_or_12_digits",
                    ),
                    models.CheckConstraint(
                        condition=Q(level=1, parent__isnull=True)
                        | Q(level__gt=1, level__lte=5, parent__isnull=False),
                        name="only_a_province_has_no_parent",
                    ),
                    models.CheckConstraint(
                        condition=Q(valid_from__isnull=True)
                        | Q(valid_to__isnull=True)
                        | Q(valid_to__gt=F("valid_from")),
                        name="region_ends_after_it_begins",
                    ),
                ],
            },
        ),
    ]
