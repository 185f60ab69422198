-- Sums that are equal for equal rows, wherever they are stored and in any order.
SELECT count() AS rows, toUnixTimestamp64Milli(min(time)) AS first, toUnixTimestamp64Milli(max(time)) AS last,
    toString(sum(cityHash64({{columns}}))) AS checksum
FROM {{table}}
WHERE {{predicate}}
