"""The network's record of where each audit chain stood, outside the schemas it vouches for."""

from django.db import migrations

# The model is audit.AuditAnchor, unmanaged: the app is installed in every tenant, the table must
# exist once. Grants (tenants.roles) let nobody who serves people update or delete; the policies
# let a tenant add and read its own rows, and the platform add its own and read all.
ANCHOR = """
CREATE TABLE public.audit_anchor (
    id uuid PRIMARY KEY,
    schema_name varchar(63) NOT NULL,
    day date NOT NULL,
    seq bigint NOT NULL CONSTRAINT audit_anchor_counts_from_one CHECK (seq >= 1),
    mac bytea NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT one_anchor_a_day UNIQUE (schema_name, day)
);
ALTER TABLE public.audit_anchor ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_reads_its_own ON public.audit_anchor FOR SELECT TO qiaojia_tenant
    USING (schema_name = current_user);
CREATE POLICY tenant_adds_its_own ON public.audit_anchor FOR INSERT TO qiaojia_tenant
    WITH CHECK (schema_name = current_user);
CREATE POLICY platform_reads_all ON public.audit_anchor FOR SELECT TO qiaojia_platform
    USING (true);
CREATE POLICY platform_adds_its_own ON public.audit_anchor FOR INSERT TO qiaojia_platform
    WITH CHECK (schema_name = 'public');
"""


class Migration(migrations.Migration):
    """Needs the fixed roles, which `prepare_database` makes first."""

    dependencies = [("tenants", "0002_create_queue_and_counters")]

    operations = [migrations.RunSQL(ANCHOR, "DROP TABLE public.audit_anchor")]
