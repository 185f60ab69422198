(SELECT visitor AS writer, max(version) AS last FROM visits WHERE site = '' GROUP BY visitor)
