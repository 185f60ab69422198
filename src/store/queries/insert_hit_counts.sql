-- The hits of some batches over time, as one part, without those batches that are there already.
INSERT INTO hit_counts (site, time, batch, hits)
SETTINGS
    max_insert_threads = 1,
    max_threads = 1,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000
SELECT site, slot, batch, count()
FROM
(
    SELECT site, batch, multiIf(
            time >= now() - INTERVAL 2 HOUR, toDateTime(time, 'UTC'),
            time >= now() - INTERVAL 2 DAY, toStartOfMinute(toDateTime(time, 'UTC')),
            toStartOfHour(toDateTime(time, 'UTC'))) AS slot
    FROM hits
    WHERE bot = '' AND batch IN {{batches}}
        AND batch NOT IN (SELECT batch FROM hit_counts WHERE batch IN {{batches}})
)
GROUP BY site, slot, batch
