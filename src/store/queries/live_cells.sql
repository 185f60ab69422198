-- The last-seen table of each site: when a visitor of this column and rank was seen last. See sketch/last-seen.ts.
SELECT site,
    bitAnd(visitor, {columns:UInt64} - 1) AS column,
    least({ranks:UInt8} - 1, if(above = 0, 64, bitCount(bitXor(above, above - 1)) - 1)) AS rank,
    toUnixTimestamp64Milli(max(time)) AS seen
FROM (SELECT site, visitor, time, bitShiftRight(visitor, {columnBits:UInt8}) AS above FROM hits WHERE bot = '')
GROUP BY site, column, rank
