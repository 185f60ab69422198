-- One entry for all batches of each writer, even if all of them are purged.
INSERT INTO batches (id, kind, state, hits, first, last, revision)
SELECT max(b.batch), 'legacy', 'rolled_up', sum(b.counted), min(b.first), max(b.last), 0
FROM
(
    SELECT batch, count() AS counted, min(time) AS first, max(time) AS last
    FROM hits
    GROUP BY batch
    UNION ALL
    SELECT writer.2 AS batch, 0 AS counted, toDateTime64(2299, 3, 'UTC') AS first, toDateTime64(0, 3, 'UTC') AS last
    FROM (SELECT arrayJoin({{writers}}) AS writer)
) AS b
GROUP BY bitAnd(b.batch, 4194303)
