-- Stored visits that hits of a step may extend or join; and others of the same visitors, which stay as they are.
v.site != '' AND v.start <= (SELECT max(time) + INTERVAL 1 DAY FROM hits WHERE {{scope}})
    AND v.finish >= (SELECT min(time) - INTERVAL 30 MINUTE FROM hits WHERE {{scope}})
    AND (cityHash64(v.site), v.visitor) IN (SELECT cityHash64(site), visitor FROM hits WHERE {{scope}})
