-- Hits of sites, or of all sites, that are not in the visits.
({bots:String} = 'include' OR (bot != '') = ({bots:String} = 'only')) AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
    AND batch IN (
        SELECT b.id
        FROM batches AS b FINAL
        LEFT JOIN {{visits_writers}} AS w ON bitAnd(b.id, 4194303) = w.writer
        WHERE b.kind NOT IN ('floor', 'legacy') AND b.id > w.last
    )
