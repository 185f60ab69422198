-- Batches that are in `hits`, but neither in the ledger nor below the entry that stands for all batches of their writer.
SELECT toString(h.batch) AS id, h.hits AS hits, h.batch IN (SELECT batch FROM imports) AS imported
FROM (SELECT batch, count() AS hits FROM hits GROUP BY batch) AS h
LEFT JOIN
(
    SELECT bitAnd(b.id, 4194303) AS writer, max(b.id) AS last
    FROM batches AS b FINAL
    WHERE kind IN ('floor', 'legacy')
    GROUP BY writer
) AS f ON bitAnd(h.batch, 4194303) = f.writer
WHERE h.batch > f.last AND h.batch NOT IN (SELECT b.id FROM batches AS b)
ORDER BY h.batch
