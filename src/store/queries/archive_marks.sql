-- The last batch of each run.
SELECT bitAnd(h.batch, 4194303) AS run, toString(max(h.batch)) AS last
FROM {{table}} AS h
GROUP BY run
