-- What a deletion takes of a site: its hits, the visits that begin with them, and whether the store has anything of the site.
SELECT (SELECT count() FROM hits WHERE site = {site:String} AND {{covered}}) AS hits,
    (SELECT count() FROM visits AS v FINAL WHERE v.site = {site:String} AND v.hits > 0 AND {{covered_visits}}) AS visits,
    (SELECT count() FROM rollups WHERE site = {site:String} AND by != '@') > 0
        OR (SELECT count() FROM hits WHERE site = {site:String}) > 0
        OR (SELECT count() FROM visits AS v FINAL WHERE v.site = {site:String} AND v.hits > 0) > 0 AS is_known
