-- What the store has of a site: hits, rows of rollups, and visits.
SELECT (SELECT count() FROM hits WHERE site = {site:String}) AS hits,
    (SELECT count() FROM rollups WHERE site = {site:String} AND by != '@') AS rollups,
    (SELECT count() FROM visits AS v FINAL WHERE v.site = {site:String} AND v.hits > 0) AS visits
