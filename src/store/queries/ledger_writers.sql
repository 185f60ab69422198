-- What the ledger has of some batches' writers: the newest batch, up to where single batches were compacted, and which of
-- these batches are in it, and are delivered and no more.
SELECT bitAnd(b.id, 4194303) AS writer, toString(max(b.id)) AS newest,
    toString(maxIf(b.id, kind = 'floor')) AS floor, toString(maxIf(b.id, kind = 'legacy')) AS legacy,
    arrayMap(id -> toString(id), groupArrayIf(b.id, b.id IN {{batches}})) AS known,
    arrayMap(id -> toString(id), groupArrayIf(b.id, b.id IN {{batches}} AND state = 'delivered')) AS delivered
FROM batches AS b FINAL
WHERE writer IN {{writers}}
GROUP BY writer
