-- Number of rows of a table, and a checksum that is equal for equal rows.
SELECT count() AS rows, toString(sum(cityHash64({{columns}}))) AS checksum
FROM {{table}}
WHERE {{predicate}}
