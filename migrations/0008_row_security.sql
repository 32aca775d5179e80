-- PostgreSQL shows rows of an organization only to a session that says which one it is for: `tenon.org`. The service's
-- own transactions, over all organizations, say `*`. Who says nothing sees nothing, the tables' owner included.

-- up postgresql
DO $$
DECLARE
    kept TEXT;
BEGIN
    FOREACH kept IN ARRAY ARRAY[
        'api_keys', 'connections', 'grants', 'connection_grants', 'pending_connects', 'confirmations', 'intents',
        'intent_replies', 'subjects', 'audit_log', 'changes', 'idempotency', 'credential_reads']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', kept);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', kept);
        EXECUTE format(
            'CREATE POLICY of_one_organization ON %I '
            'USING (org_id = current_setting(''tenon.org'', true) OR current_setting(''tenon.org'', true) = ''*'')',
            kept);
    END LOOP;
END
$$;

-- down postgresql
DO $$
DECLARE
    kept TEXT;
BEGIN
    FOR kept IN SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = 'of_one_organization'
    LOOP
        EXECUTE format('DROP POLICY of_one_organization ON %I', kept);
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', kept);
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', kept);
    END LOOP;
END
$$;
