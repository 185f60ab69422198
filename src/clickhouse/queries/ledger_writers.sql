-- Ledger entries of the writers of some batches: the newest batch, the last compacted batch, which of the batches are
-- recorded, and which are only delivered: not rolled up by their state, nor by a watermark that the ledger has not followed.
SELECT bitAnd(b.id, 4194303) AS writer, toString(max(b.id)) AS newest,
    toString(maxIf(b.id, kind = 'floor')) AS floor, toString(maxIf(b.id, kind = 'legacy')) AS legacy,
    arrayMap(id -> toString(id), groupArrayIf(b.id, b.id IN {{batches}})) AS known,
    arrayMap(id -> toString(id), groupArrayIf(b.id, b.id IN {{batches}} AND state = 'delivered' AND b.id > w.last)) AS delivered
FROM batches AS b FINAL
LEFT JOIN {{rollup_writers}} AS w ON bitAnd(b.id, 4194303) = w.writer
WHERE bitAnd(b.id, 4194303) IN {{writers}}
GROUP BY bitAnd(b.id, 4194303)
