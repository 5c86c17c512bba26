"""The task queue and the hit counter: what tenants share, and the walls inside it."""

from django.db import migrations
from dramatiq_postgres.schema import generate_init_sql

# A tenant's role sees, sends and retries its own messages only: the schema stamped on a message
# must be the role that stands before us. The platform's are stamped `public`; it may also send
# a task into a tenant. Workers take everything; the middleware compares the stamp once more.
QUEUE_WALL = """
ALTER TABLE dramatiq.queue ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_sees_its_own ON dramatiq.queue TO qiaojia_tenant
    USING (message->'options'->>'schema_name' = current_user)
    WITH CHECK (message->'options'->>'schema_name' = current_user);
CREATE POLICY platform_sees_its_own ON dramatiq.queue FOR SELECT TO qiaojia_platform
    USING (message->'options'->>'schema_name' = 'public'
           OR message->'options'->>'sender' = 'public');
CREATE POLICY platform_changes_its_own ON dramatiq.queue FOR UPDATE TO qiaojia_platform
    USING (message->'options'->>'schema_name' = 'public'
           OR message->'options'->>'sender' = 'public');
CREATE POLICY platform_sends ON dramatiq.queue FOR INSERT TO qiaojia_platform
    WITH CHECK (message->'options'->>'schema_name' = 'public'
                OR message->'options'->>'sender' = 'public');
CREATE POLICY worker_takes_all ON dramatiq.queue TO qiaojia_worker USING (true) WITH CHECK (true);
"""

# Hits are shared by all hosts (an attacker walks from site to site), so nobody gets the table:
# only a function that counts one key, whose name is a keyed hash.
COUNTER = """
CREATE UNLOGGED TABLE public.tenants_ratecounter (
    key text PRIMARY KEY CHECK (length(key) <= 64),
    hits integer NOT NULL,
    resets_at timestamptz NOT NULL
);
CREATE FUNCTION public.count_hit(counted text, seconds integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO public.tenants_ratecounter AS c (key, hits, resets_at)
    VALUES (counted, 1, clock_timestamp() + make_interval(secs => seconds))
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN c.resets_at <= clock_timestamp() THEN 1 ELSE c.hits + 1 END,
        resets_at = CASE WHEN c.resets_at <= clock_timestamp()
                         THEN excluded.resets_at ELSE c.resets_at END
    RETURNING hits
$$;
CREATE FUNCTION public.forget_hits() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DELETE FROM public.tenants_ratecounter WHERE resets_at <= clock_timestamp()
$$;
"""


class Migration(migrations.Migration):
    """Needs the fixed roles, which `prepare_database` makes first."""

    dependencies = [("tenants", "0001_create_tenants")]

    operations = [
        migrations.RunSQL(
            generate_init_sql(),
            "DROP SCHEMA dramatiq CASCADE",
        ),
        migrations.RunSQL(QUEUE_WALL, migrations.RunSQL.noop),
        migrations.RunSQL(
            COUNTER,
            "DROP FUNCTION public.count_hit(text, integer); DROP FUNCTION public.forget_hits();"
            " DROP TABLE public.tenants_ratecounter",
        ),
    ]
