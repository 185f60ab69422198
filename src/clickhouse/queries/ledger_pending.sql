-- Batches that are not rolled up, oldest first: those that no watermark covers.
SELECT toString(b.id) AS id, b.hits AS hits
FROM batches AS b FINAL
LEFT JOIN {{rollup_writers}} AS w ON bitAnd(b.id, 4194303) = w.writer
WHERE kind NOT IN ('floor', 'legacy') AND b.id > w.last
ORDER BY b.id
LIMIT {{limit}}
