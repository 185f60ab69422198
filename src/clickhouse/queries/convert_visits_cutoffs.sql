-- Visits of purged hits cannot be computed any more.
INSERT INTO horizons (site, kind, before)
SELECT site, 'visits', max(h.before)
FROM horizons AS h
WHERE kind = 'hits'
GROUP BY site
