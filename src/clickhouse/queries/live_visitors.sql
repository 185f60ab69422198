-- Distinct visitors, one slice at a time, so memory stays bounded for any number of visitors.
SELECT site, visitor
FROM hits
WHERE bot = '' AND {{counted}} AND visitor % {slices:UInt64} = {slice:UInt64}
GROUP BY site, visitor
