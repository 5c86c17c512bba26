"""Create people, with their papers, phones and identities."""

import common.fields
import common.ids
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('network', '0001_create_region'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('full_name', models.CharField(max_length=120, verbose_name='full name')),
                ('surname_reading', models.CharField(blank=True, max_length=30, verbose_name='reading of the surname')),
                ('former_names', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None, verbose_name='former names')),
                ('other_names', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None, verbose_name='other names')),
                ('sex', models.CharField(choices=[('female', 'female'), ('male', 'male'), ('unknown', 'unknown')], default='unknown', max_length=8, verbose_name='sex')),
                ('birth_date', models.DateField(blank=True, null=True, verbose_name='date of birth')),
                ('birth_precision', models.CharField(blank=True, choices=[('day', 'day'), ('month', 'month'), ('year', 'year')], max_length=8, verbose_name='known to the')),
                ('nationality', models.CharField(blank=True, max_length=2, verbose_name='nationality')),
                ('address', common.fields.EncryptedTextField(blank=True, null=True, verbose_name='address')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None, verbose_name='languages')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('status', models.CharField(choices=[('active', 'active'), ('moved', 'moved away'), ('deceased', 'deceased')], default='active', max_length=8, verbose_name='status')),
                ('source', models.CharField(choices=[('form', 'entered at the site'), ('roster', 'imported from a roster'), ('api', 'sent by another program')], default='form', max_length=8, verbose_name='source')),
                ('version', models.PositiveIntegerField(default=1)),
                ('sort_key', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.region', verbose_name='native place')),
                ('updated_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['sort_key', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PersonDocument',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('resident_id', 'resident identity card'), ('residence_permit', 'residence permit for Hong Kong, Macao and Taiwan'), ('passport', 'passport'), ('home_return_permit', 'mainland travel permit, Hong Kong and Macao'), ('taiwan_permit', 'mainland travel permit, Taiwan'), ('permanent_residence', 'foreign permanent resident card'), ('other', 'other paper')], max_length=20, verbose_name='kind of paper')),
                ('number', common.fields.EncryptedTextField(verbose_name='number')),
                ('number_index', common.fields.BlindIndexField(max_length=16)),
                ('country', models.CharField(default='CN', max_length=2, verbose_name='issued by')),
                ('issuing_place', models.CharField(blank=True, max_length=80, verbose_name='place of issue')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('check_result', models.CharField(choices=[('ok', 'checked'), ('unverified', 'unverified')], max_length=12, verbose_name='check')),
                ('mismatch_reason', models.CharField(blank=True, max_length=200, verbose_name='why it differs')),
                ('renews', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='renewed_by', to='people.persondocument')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='people.person')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PersonIdentity',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(choices=[('GQ', 'returned overseas Chinese (归侨)'), ('QJ', 'relative of overseas Chinese (侨眷)'), ('HQ', 'overseas Chinese (华侨)'), ('WJHR', 'foreign national of Chinese origin (外籍华人)'), ('QS', 'collateral relative (侨属)'), ('GA', 'Hong Kong or Macao resident'), ('GAJ', 'relative of a Hong Kong or Macao resident'), ('LXS', 'student abroad'), ('LXGG', 'returned student'), ('LXJS', 'family of a student abroad'), ('OTHER', 'no overseas status')], max_length=8, verbose_name='identity')),
                ('state', models.CharField(choices=[('self_declared', 'self-declared'), ('materials_checked', 'materials checked'), ('submitted', 'submitted'), ('recognised', 'recognised'), ('refused', 'refused'), ('ended', 'ended')], default='self_declared', max_length=20, verbose_name='state')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('since', models.DateField(blank=True, null=True, verbose_name='since')),
                ('since_precision', models.CharField(blank=True, choices=[('day', 'day'), ('month', 'month'), ('year', 'year')], max_length=8)),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='people.person')),
            ],
            options={
                'verbose_name': 'identity',
                'verbose_name_plural': 'identities',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PersonPhone',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', common.fields.EncryptedTextField(verbose_name='phone')),
                ('number_index', common.fields.BlindIndexField(max_length=16)),
                ('kind', models.CharField(choices=[('mobile', 'mobile'), ('landline', 'landline'), ('overseas', 'overseas')], max_length=8)),
                ('extension', models.CharField(blank=True, max_length=6, verbose_name='extension')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phones', to='people.person')),
            ],
            options={
                'verbose_name': 'phone',
                'verbose_name_plural': 'phones',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['sort_key', 'id'], name='person_in_order'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['search'], gin_pending_list_limit=256, name='person_search'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('full_name', ''), _negated=True), name='person_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('sex__in', ['female', 'male', 'unknown'])), name='person_sex_is_known'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('birth_date__isnull', True), ('birth_precision', '')), models.Q(('birth_date__isnull', False), ('birth_precision__in', ['day', 'month', 'year'])), _connector='OR'), name='birth_date_and_its_precision_together'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('birth_precision', 'month'), _negated=True), ('birth_date__day', 1), _connector='OR'), name='birth_month_is_its_first_day'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('birth_precision', 'year'), _negated=True), models.Q(('birth_date__day', 1), ('birth_date__month', 1)), _connector='OR'), name='birth_year_is_its_first_day'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('nationality', ''), ('nationality__regex', '^[A-Z]{2}$'), _connector='OR'), name='nationality_is_a_country_code'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['active', 'moved', 'deceased'])), name='person_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['form', 'roster', 'api'])), name='person_source_is_known'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='person_version_counts_up'),
        ),
        migrations.AddIndex(
            model_name='persondocument',
            index=models.Index(fields=['number_index'], name='document_by_number'),
        ),
        migrations.AddConstraint(
            model_name='persondocument',
            constraint=models.UniqueConstraint(condition=models.Q(('check_result', 'ok')), fields=('number_index',), name='a_checked_document_belongs_to_one_person'),
        ),
        migrations.AddConstraint(
            model_name='persondocument',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['resident_id', 'residence_permit', 'passport', 'home_return_permit', 'taiwan_permit', 'permanent_residence', 'other'])), name='document_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='persondocument',
            constraint=models.CheckConstraint(condition=models.Q(('check_result__in', ['ok', 'unverified'])), name='document_check_is_known'),
        ),
        migrations.AddConstraint(
            model_name='persondocument',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='document_country_is_a_country_code'),
        ),
        migrations.AddConstraint(
            model_name='persondocument',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='document_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='personidentity',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('person', 'code'), name='one_current_identity_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='personidentity',
            constraint=models.CheckConstraint(condition=models.Q(('code__in', ['GQ', 'QJ', 'HQ', 'WJHR', 'QS', 'GA', 'GAJ', 'LXS', 'LXGG', 'LXJS', 'OTHER'])), name='identity_code_is_known'),
        ),
        migrations.AddConstraint(
            model_name='personidentity',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['self_declared', 'materials_checked', 'submitted', 'recognised', 'refused', 'ended'])), name='identity_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='personidentity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', False), ('state', 'ended')), models.Q(models.Q(('state', 'ended'), _negated=True), ('ended_on__isnull', True)), _connector='OR'), name='identity_ended_with_its_day'),
        ),
        migrations.AddConstraint(
            model_name='personidentity',
            constraint=models.CheckConstraint(condition=models.Q(('country', ''), ('country__regex', '^[A-Z]{2}$'), _connector='OR'), name='identity_country_is_a_country_code'),
        ),
        migrations.AddConstraint(
            model_name='personidentity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('since__isnull', True), ('since_precision', '')), models.Q(('since__isnull', False), ('since_precision__in', ['day', 'month', 'year'])), _connector='OR'), name='identity_since_and_its_precision_together'),
        ),
        migrations.AddIndex(
            model_name='personphone',
            index=models.Index(fields=['number_index'], name='phone_by_number'),
        ),
        migrations.AddConstraint(
            model_name='personphone',
            constraint=models.UniqueConstraint(fields=('person', 'number_index'), name='a_phone_once_per_person'),
        ),
        migrations.AddConstraint(
            model_name='personphone',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mobile', 'landline', 'overseas'])), name='phone_kind_is_known'),
        ),
    ]
