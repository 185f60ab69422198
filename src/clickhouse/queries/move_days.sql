-- Hits of each day, and a checksum that is equal for equal hits, wherever they are stored and in any order.
SELECT toString(toDate32(time)) AS day, count() AS rows, toString(sum(cityHash64({{columns}}))) AS checksum
FROM hits
WHERE {{predicate}}
GROUP BY day
ORDER BY day
