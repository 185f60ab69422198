-- The same sums for each batch.
SELECT toString(h.batch) AS id, count() AS rows, toString(sum(cityHash64({{columns}}))) AS checksum
FROM {{table}} AS h
WHERE {{predicate}}
GROUP BY h.batch
ORDER BY h.batch
