-- Splits a day with many hits between batches.
SELECT toString(min(batch)) AS first, toString(max(batch)) AS last, sum(hits) AS rows
FROM
(
    SELECT batch, count() AS hits, sum(hits) OVER (ORDER BY batch) - hits AS before
    FROM hits
    WHERE {{predicate}}
    GROUP BY batch
)
GROUP BY intDiv(before, {{most}})
ORDER BY min(batch)
