-- Batches that are not rolled up, oldest first.
SELECT toString(b.id) AS id, b.hits AS hits
FROM batches AS b FINAL
LEFT JOIN (SELECT toUInt64OrZero(value) AS writer, max(r.mark) AS last FROM rollups AS r WHERE by = '@' GROUP BY value) AS w
    ON bitAnd(b.id, 4194303) = w.writer
WHERE state = 'delivered' AND b.id > w.last
ORDER BY b.id
LIMIT {{limit}}
