-- Parts that the engine, this program or an operator detached: queries do not see their rows.
SELECT table, name, path, reason
FROM {{system:detached_parts}}
WHERE database = {{database}}
ORDER BY table, name
