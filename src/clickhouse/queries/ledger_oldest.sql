-- The oldest batch that is not rolled up; 0 if there is none.
SELECT toString(min(b.id)) AS oldest
FROM batches AS b
LEFT JOIN {{rollup_writers}} AS w ON bitAnd(b.id, 4194303) = w.writer
WHERE kind NOT IN ('floor', 'legacy') AND b.id > w.last
