batch IN
(
    SELECT b.id
    FROM batches AS b
    LEFT JOIN {{rollup_writers}} AS w ON bitAnd(b.id, 4194303) = w.writer
    WHERE b.id > w.last AND {{chosen}} AND kind NOT IN ('floor', 'legacy')
)
