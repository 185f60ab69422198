-- Hits of each day, and what is the same of the same hits, wherever they are and in any order.
SELECT toString(toDate32(time)) AS day, count() AS rows, toString(sum(cityHash64({{columns}}))) AS checksum
FROM hits
WHERE {{which}}
GROUP BY day
ORDER BY day
