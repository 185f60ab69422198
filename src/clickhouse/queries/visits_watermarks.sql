-- The batch up to which hits of each writer are in the visits.
SELECT toString(visitor) AS writer, toString(max(version)) AS last
FROM visits
WHERE site = ''
GROUP BY visitor
