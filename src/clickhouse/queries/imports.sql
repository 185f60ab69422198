-- The pieces that are known of logs that begin with a certain line, and of those whose hits were purged, or are missing since
-- a part broke, the batch that had brought them. A version without a ledger noted no batch: of what it imported, nothing tells
-- whether it was purged.
SELECT parent, digest, toUInt32(i.bytes) AS size, toUInt32(i.lines) AS lines, toUInt32(i.line_breaks) AS line_breaks,
    toString(if(b.hits > h.there, b.id, 0)) AS purged_batch, toUInt32(b.hits) AS batch_hits,
    i.batch = 0 AND (SELECT count() FROM horizons WHERE kind = 'hits') > 0 AS is_legacy
FROM imports AS i FINAL
LEFT JOIN (SELECT id, hits FROM batches FINAL WHERE kind = 'import' AND state != 'archived') AS b ON i.batch = b.id
LEFT JOIN
(
    SELECT batch, count() AS there
    FROM hits
    WHERE batch IN (SELECT batch FROM imports WHERE root = {root:String} AND batch > 0)
    GROUP BY batch
) AS h ON i.batch = h.batch
WHERE root = {root:String}
