-- Batches that no watermark covers, oldest first.
SELECT toString(b.id) AS id, b.hits AS hits
FROM batches AS b FINAL
LEFT JOIN {{watermarks}} AS w ON bitAnd(b.id, 4194303) = w.writer
WHERE kind NOT IN ('floor', 'legacy') AND b.id > w.last
ORDER BY b.id
LIMIT {{limit}}
