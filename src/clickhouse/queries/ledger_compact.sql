-- Replaces single batches that were rolled up long ago by one row for each writer, its floor.
INSERT INTO batches (id, kind, state, hits, first, last, revision)
SELECT max(b.id), 'floor', 'rolled_up', sum(b.hits), min(b.first), max(b.last), max(b.revision) + 1
FROM batches AS b FINAL
WHERE {{predicate}}
GROUP BY bitAnd(b.id, 4194303)
HAVING count() > 1
