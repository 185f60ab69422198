-- Batches with missing hits, if no hits of their time were purged or archived.
WITH (SELECT max(before) FROM horizons WHERE kind IN ('hits', 'deleted')) AS horizon
SELECT toString(b.id) AS id, b.hits AS hits, h.there AS there, toUnixTimestamp64Milli(b.first) AS first,
    toUnixTimestamp64Milli(b.last) AS last
FROM batches AS b FINAL
LEFT JOIN (SELECT batch, count() AS there FROM hits GROUP BY batch) AS h ON b.id = h.batch
WHERE kind IN ('live', 'import', 'stream') AND state IN ('delivered', 'rolled_up') AND b.first >= horizon AND h.there < b.hits
ORDER BY b.id
