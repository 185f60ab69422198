-- Takes hits that are about to be deleted out of the numbers of their batches. A batch that lacks hits keeps its number: after a
-- crash it was taken out already, else the batch is damaged or purged.
INSERT INTO batches (id, kind, state, hits, first, last, revision)
SELECT b.id, b.kind, b.state, h.staying, b.first, b.last, b.revision + 1
FROM batches AS b FINAL
INNER JOIN
(
    SELECT batch, count() AS there, countIf(NOT ({{gone}})) AS staying
    FROM hits
    WHERE batch IN (SELECT DISTINCT batch FROM hits WHERE {{gone}})
    GROUP BY batch
) AS h ON b.id = h.batch
WHERE b.kind IN ('live', 'stream') AND b.hits = h.there
