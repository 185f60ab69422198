-- Restores a batch whose hits were purged. A purge deletes whole days of a site; existing hits of the batch stay.
INSERT INTO {{into:hits}} ({{columns}}, batch, position)
SETTINGS
    insert_deduplicate = 0,
    {{one_block}},
    max_partitions_per_insert_block = 0
SELECT {{values}}, {{batch}} AS batch, r.row
FROM {{numbered_rows}} AS r
WHERE {{share}} AND (site, toDate32(time, 'UTC')) NOT IN (SELECT DISTINCT toString(site), toDate32(time, 'UTC') FROM hits WHERE batch = {{batch}})
