-- The batch of each writer up to which batches were compacted.
SELECT bitAnd(b.id, 4194303) AS writer, toString(max(b.id)) AS last
FROM batches AS b FINAL
WHERE kind = 'floor'
GROUP BY writer
