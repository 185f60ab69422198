-- Keeps the retention cutoff of a site's hits for the ledger alone: purged hits are not missing.
INSERT INTO horizons (site, kind, before)
SELECT h.site, 'deleted', max(h.before)
FROM horizons AS h
WHERE site = {site:String} AND kind IN ('hits', 'deleted')
GROUP BY h.site
