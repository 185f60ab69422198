-- Rows of a table, and what is the same of the same rows.
SELECT count() AS rows, toString(sum(cityHash64({{columns}}))) AS checksum
FROM {{table}}
WHERE {{which}}
