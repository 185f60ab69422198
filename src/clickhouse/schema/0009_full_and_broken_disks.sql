-- Inserts need 16 MiB of free space, the same as RESERVE in clickhouse/parts/free-space.ts.
-- Replaced parts stay for half a minute, not for a second or less: if the merged or mutated part is damaged, its rows are
-- taken from them (clickhouse/parts/parts.ts).
-- However large or many broken parts are, the store opens without them and reports it (clickhouse/parts/parts.ts).
{{#disk_settings}}
ALTER TABLE {{local:hits}} {{on_cluster}} MODIFY SETTING
    min_free_disk_bytes_to_perform_insert = 16777216,
    old_parts_lifetime = 30,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000;
ALTER TABLE {{local:imports}} {{on_cluster}} MODIFY SETTING
    min_free_disk_bytes_to_perform_insert = 16777216,
    old_parts_lifetime = 30,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000;
ALTER TABLE {{local:last_seen}} {{on_cluster}} MODIFY SETTING
    min_free_disk_bytes_to_perform_insert = 16777216,
    old_parts_lifetime = 30,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000;
ALTER TABLE {{local:rollups}} {{on_cluster}} MODIFY SETTING
    min_free_disk_bytes_to_perform_insert = 16777216,
    old_parts_lifetime = 30,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000;
ALTER TABLE {{local:stream_positions}} {{on_cluster}} MODIFY SETTING
    min_free_disk_bytes_to_perform_insert = 16777216,
    old_parts_lifetime = 30,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000;
-- These tables are small, and a purge, which frees space, must be able to write them: so they need less.
ALTER TABLE {{local:batches}} {{on_cluster}} MODIFY SETTING
    min_free_disk_bytes_to_perform_insert = 1048576,
    old_parts_lifetime = 30,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000;
ALTER TABLE {{local:horizons}} {{on_cluster}} MODIFY SETTING
    min_free_disk_bytes_to_perform_insert = 1048576,
    old_parts_lifetime = 30,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000;
{{/disk_settings}}
