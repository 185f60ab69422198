(SELECT writer, max(last) AS last FROM (SELECT visitor AS writer, v.version AS last FROM visits AS v WHERE site = '' UNION ALL SELECT w.writer, w.last FROM {{rollup_writers}} AS w) GROUP BY writer)
