-- No insert begins where less is free: 16 MiB, as RESERVE in clickhouse/parts/free-space.ts.
-- Parts that were merged or changed stay for half a minute, not for one second or none: if the result turns out to be
-- damaged, its rows are taken from them (clickhouse/parts/parts.ts).
-- However large or many the parts are that a disk broke, the store opens without them and says so (clickhouse/parts/parts.ts).
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
-- These are small, and written when something is purged, which is how an owner makes room: so they need less.
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
