-- Number of batches with fewer hits than they brought, whether missing or purged.
SELECT count() AS batches
FROM batches AS b FINAL
LEFT JOIN (SELECT batch, count() AS there FROM hits GROUP BY batch) AS h ON b.id = h.batch
WHERE kind IN ('live', 'import', 'stream') AND state IN ('delivered', 'rolled_up') AND h.there < b.hits
