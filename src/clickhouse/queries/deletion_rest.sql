-- UTC days on which a site still has hits that were counted.
SELECT toString(h.site) AS site, toString(toDate32(time, 'UTC')) AS day
FROM hits AS h
WHERE h.site = {{site}} AND {{covered}}
GROUP BY h.site, day
ORDER BY day
