batch IN
(
    SELECT b.id
    FROM batches AS b
    LEFT JOIN {{rollup_writers}} AS w ON bitAnd(b.id, 4194303) = w.writer
    WHERE b.id IN {{batches}} AND b.id > w.last
)
