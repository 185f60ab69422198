-- The known chunks of logs that begin with a certain line. For chunks whose hits were purged, or are missing since a part
-- broke, also their batch. If the ledger does not have the whole batch, because a version without a ledger imported it or a
-- part of the ledger was lost, it is unknown whether its hits were purged: `is_legacy`.
SELECT parent, digest, toUInt32(i.bytes) AS size, toUInt32(i.lines) AS lines, toUInt32(i.line_breaks) AS line_breaks,
    toString(if(b.state != 'archived' AND b.hits > h.there, b.id, 0)) AS purged_batch, toUInt32(b.hits) AS batch_hits,
    b.state != 'archived' AND (b.id = 0 OR c.came > b.hits)
        AND (SELECT count() FROM horizons WHERE kind = 'hits') > 0 AS is_legacy
FROM imports AS i FINAL
LEFT JOIN (SELECT id, hits, state FROM batches FINAL WHERE kind = 'import') AS b ON i.batch = b.id
LEFT JOIN
(
    SELECT batch, count() AS there
    FROM hits
    WHERE batch IN (SELECT batch FROM imports WHERE root = {root:String} AND batch > 0)
    GROUP BY batch
) AS h ON i.batch = h.batch
LEFT JOIN
(
    SELECT batch, sum(r.lines - r.failed) AS came
    FROM imports AS r FINAL
    WHERE root = {root:String}
    GROUP BY batch
) AS c ON i.batch = c.batch
WHERE root = {root:String}
