-- Creates for each service a database and a role that owns nothing else. Also hands over databases that belong to the administrator.
-- May be run again, for example to change the passwords. As the administrator:
--   psql -v payments_password="$PAYMENTS_PASSWORD" -v orders_password="$ORDERS_PASSWORD" -d postgres -f docs/database-roles.sql
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['paymentsdb', 'ordersdb']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE paymentsdb PASSWORD :'payments_password';
ALTER ROLE ordersdb PASSWORD :'orders_password';

-- A managed server's administrator is no superuser and may give a database only to a role that it belongs to.
GRANT paymentsdb, ordersdb TO CURRENT_USER;
SELECT format('CREATE DATABASE %I', name) FROM unnest(ARRAY['paymentsdb', 'ordersdb']) AS name
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
ALTER DATABASE paymentsdb OWNER TO paymentsdb;
ALTER DATABASE ordersdb OWNER TO ordersdb;
REVOKE ALL ON DATABASE paymentsdb, ordersdb FROM PUBLIC;

\connect paymentsdb
SELECT format('ALTER TABLE %I.%I OWNER TO paymentsdb', schemaname, tablename)
FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'paymentsdb' \gexec
\connect ordersdb
SELECT format('ALTER TABLE %I.%I OWNER TO ordersdb', schemaname, tablename)
FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'ordersdb' \gexec
