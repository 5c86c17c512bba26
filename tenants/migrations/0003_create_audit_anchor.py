"""Where the chains of all schemas stood, day by day: one table outside the schemas it vouches for."""

from django.db import migrations

ANCHOR = """
CREATE TABLE public.audit_anchor (
    id uuid PRIMARY KEY,
    schema_name varchar(63) NOT NULL,
    day date NOT NULL,
    seq bigint NOT NULL,
    mac bytea NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT one_anchor_a_day UNIQUE (schema_name, day)
);
ALTER TABLE public.audit_anchor ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_adds_its_own ON public.audit_anchor TO qiaojia_tenant
    USING (schema_name = current_user) WITH CHECK (schema_name = current_user);
CREATE POLICY platform_reads_all ON public.audit_anchor FOR SELECT TO qiaojia_platform USING (true);
CREATE POLICY platform_adds_its_own ON public.audit_anchor FOR INSERT TO qiaojia_platform
    WITH CHECK (schema_name = 'public');
"""


class Migration(migrations.Migration):
    """Rights are given by `tenants.roles.grant_public`: nobody updates, nobody deletes."""

    dependencies = [("tenants", "0002_create_queue_and_counters")]

    operations = [migrations.RunSQL(ANCHOR, "DROP TABLE public.audit_anchor")]
