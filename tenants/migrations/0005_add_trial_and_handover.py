"""Sites on trial, the structure a site has, and the way from the platform to a site."""

import common.ids
import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


# Sites made before trials existed were at work from their first day.
BEGAN_AT_ONCE = "UPDATE tenants_tenant SET activated_at = created_at"

# A site's role cannot read who is on the way to where. It may use up one token, if that was made
# out to it: the role is the session's, which stays the caller's inside the function.
REDEEM = """
CREATE FUNCTION public.redeem_handover(presented text)
RETURNS TABLE (account_key uuid, account_name text, scope text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    UPDATE public.tenants_handover AS h SET used_at = clock_timestamp()
    FROM public.tenants_tenant AS t
    WHERE t.id = h.tenant_id
        AND t.schema_name = current_setting('role')
        AND h.token_hash = presented
        AND h.used_at IS NULL
        AND h.expires_at > clock_timestamp()
    RETURNING h.account_key, h.account_name::text, h.scope::text
$$;
"""


class Migration(migrations.Migration):
    """Who may call the function is said by `tenants.roles.grant_public`."""

    dependencies = [
        ('tenants', '0004_create_deletion_order'),
    ]

    operations = [
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('account_key', models.UUIDField()),
                ('account_name', models.CharField(max_length=60)),
                ('scope', models.CharField(max_length=80)),
                ('issued_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='tenant',
            name='tenant_state_is_known',
        ),
        migrations.AddField(
            model_name='tenant',
            name='activated_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='tenant',
            name='template_fingerprint',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='state',
            field=models.CharField(choices=[('trial', 'trial'), ('active', 'active'), ('suspended', 'suspended'), ('archived', 'archived'), ('deleted', 'deleted')], default='active', max_length=12, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='tenant',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['trial', 'active', 'suspended', 'archived', 'deleted'])), name='tenant_state_is_known'),
        ),
        migrations.RunSQL(BEGAN_AT_ONCE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='tenant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), ('activated_at__isnull', False), _connector='OR'), name='active_tenant_was_activated'),
        ),
        migrations.AddConstraint(
            model_name='tenant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'trial'), _negated=True), ('activated_at__isnull', True), _connector='OR'), name='tenant_on_trial_is_not_activated'),
        ),
        migrations.AddField(
            model_name='handover',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('issued_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('issued_at'), '+', models.Value(datetime.timedelta(seconds=60))))), name='handover_lasts_a_minute_at_most'),
        ),
        migrations.RunSQL(REDEEM, "DROP FUNCTION public.redeem_handover(text)"),
    ]
