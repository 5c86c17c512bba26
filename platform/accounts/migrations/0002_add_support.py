"""Support visitors and the windows by which a site lets them in."""

import common.ids
import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_create_accounts'),
    ]

    operations = [
        migrations.CreateModel(
            name='SupportWindow',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(verbose_name='open until')),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-starts_at'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='invitation',
            name='invited_role_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='rolegrant',
            name='role_is_known',
        ),
        migrations.AddField(
            model_name='user',
            name='external_key',
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='role',
            field=models.CharField(choices=[('system_admin', 'system administrator'), ('security_admin', 'security administrator'), ('audit_admin', 'audit administrator'), ('operator', 'platform operator'), ('administrator', 'site administrator'), ('clerk', 'window clerk'), ('volunteer_lead', 'volunteer lead'), ('volunteer', 'volunteer'), ('lawyer', 'lawyer'), ('member', 'member'), ('support', 'support visitor')], max_length=16, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='rolegrant',
            name='role',
            field=models.CharField(choices=[('system_admin', 'system administrator'), ('security_admin', 'security administrator'), ('audit_admin', 'audit administrator'), ('operator', 'platform operator'), ('administrator', 'site administrator'), ('clerk', 'window clerk'), ('volunteer_lead', 'volunteer lead'), ('volunteer', 'volunteer'), ('lawyer', 'lawyer'), ('member', 'member'), ('support', 'support visitor')], max_length=16),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['system_admin', 'security_admin', 'audit_admin', 'operator', 'administrator', 'clerk', 'volunteer_lead', 'volunteer', 'lawyer', 'member', 'support'])), name='invited_role_is_known'),
        ),
        migrations.AddConstraint(
            model_name='rolegrant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['system_admin', 'security_admin', 'audit_admin', 'operator', 'administrator', 'clerk', 'volunteer_lead', 'volunteer', 'lawyer', 'member', 'support'])), name='role_is_known'),
        ),
        migrations.AddField(
            model_name='supportwindow',
            name='closed_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='supportwindow',
            name='granted_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='supportwindow',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at')), ('ends_at__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(days=1))))), name='support_window_lasts_a_day_at_most'),
        ),
        migrations.AddConstraint(
            model_name='supportwindow',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('closed_at__gte', models.F('starts_at')), _connector='OR'), name='support_window_closed_after_it_opened'),
        ),
    ]
