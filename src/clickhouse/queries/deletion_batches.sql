-- Imported batches of which all hits are stored, and are of the site: their logs are forgotten.
SELECT toString(b.id) AS id
FROM batches AS b FINAL
INNER JOIN
(
    SELECT batch, count() AS there, countIf({{gone}}) AS leaving
    FROM hits
    WHERE batch IN (SELECT DISTINCT batch FROM hits WHERE {{gone}})
    GROUP BY batch
) AS h ON b.id = h.batch
WHERE b.kind = 'import' AND h.leaving = h.there AND h.there = b.hits
ORDER BY b.id
