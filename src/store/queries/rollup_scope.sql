batch IN
(
    SELECT id
    FROM batches AS b
    LEFT JOIN (SELECT toUInt64OrZero(value) AS writer, max(r.mark) AS last FROM rollups AS r WHERE by = '@' GROUP BY value) AS w
        ON bitAnd(b.id, 4194303) = w.writer
    WHERE b.id IN {{batches}} AND b.id > w.last
)
