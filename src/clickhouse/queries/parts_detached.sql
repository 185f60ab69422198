-- Parts that the engine, this program or an operator has detached: their rows are in no answer.
SELECT table, name, path, reason
FROM system.detached_parts
WHERE database = currentDatabase()
ORDER BY table, name
