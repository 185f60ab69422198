-- The last batch of each writer.
SELECT bitAnd(h.batch, 4194303) AS writer, toString(max(h.batch)) AS last
FROM {{table}} AS h
GROUP BY writer
