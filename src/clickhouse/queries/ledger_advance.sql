-- Moves batches to another state.
INSERT INTO batches (id, kind, state, hits, first, last, revision)
SELECT id, kind, '{{state}}', hits, first, last, revision + 1
FROM batches FINAL
WHERE {{predicate}} AND state != '{{state}}'
