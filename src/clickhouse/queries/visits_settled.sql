-- The batch up to which hits of each writer are in the visits, or were: rolled-up batches were in them, even if the part
-- with their watermark is lost.
SELECT toString(w.writer) AS writer, toString(w.last) AS last
FROM {{visits_writers}} AS w
WHERE w.last > 0
