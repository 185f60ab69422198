-- The stored columns of a table with their types, as the table function input() expects them.
SELECT name, type
FROM {{system:columns}}
WHERE database = {{database}} AND table = '{{table}}' AND default_kind != 'ALIAS'
ORDER BY position
