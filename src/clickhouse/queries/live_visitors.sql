-- Distinct visitors, a slice at a time, so that any number of them passes in bounded memory.
SELECT site, visitor
FROM hits
WHERE bot = '' AND visitor % {slices:UInt64} = {slice:UInt64}
GROUP BY site, visitor
