-- Stored visits that hits of a step may extend or join, and others of the same visitors, which do not change. Visits are sorted by
-- their start, so the first start bounds what FINAL reads; an approximate bound is enough, and is found without FINAL.
v.site != '' AND v.start <= (SELECT max(time) + INTERVAL 1 DAY FROM hits WHERE {{scope}})
    AND v.start >= (
        SELECT min(f.start)
        FROM visits AS f
        WHERE f.site != '' AND f.finish >= (SELECT min(time) - INTERVAL 30 MINUTE FROM hits WHERE {{scope}})
    )
    AND v.finish >= (SELECT min(time) - INTERVAL 30 MINUTE FROM hits WHERE {{scope}})
    AND (cityHash64(v.site), v.visitor) IN (SELECT cityHash64(site), visitor FROM hits WHERE {{scope}})
