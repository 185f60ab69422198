-- The same for a cluster that is named `main` on its servers.
CREATE DATABASE IF NOT EXISTS hits ON CLUSTER 'main';
CREATE USER IF NOT EXISTS hit_tracker ON CLUSTER 'main' IDENTIFIED WITH sha256_password BY 'change-me' DEFAULT DATABASE hits;
GRANT ON CLUSTER 'main' SELECT, INSERT, CREATE TABLE, DROP TABLE, TRUNCATE, ALTER DELETE, ALTER COLUMN, ALTER SETTINGS ON hits.* TO hit_tracker;
GRANT ON CLUSTER 'main' CREATE TEMPORARY TABLE, CLUSTER, REMOTE ON *.* TO hit_tracker;
-- With ClickHouse 26.2 or later, which knows these settings, run this too: see "A ClickHouse server" in docs/scale.md.
-- ALTER USER hit_tracker ON CLUSTER 'main' SETTINGS deduplicate_insert = 'backward_compatible_choice', deduplicate_insert_select = 'enable_even_for_bad_queries';
