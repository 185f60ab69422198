-- Up to where the batches of each writer were compacted.
SELECT bitAnd(b.id, 4194303) AS writer, toString(max(b.id)) AS last
FROM batches AS b FINAL
WHERE kind = 'floor'
GROUP BY writer
