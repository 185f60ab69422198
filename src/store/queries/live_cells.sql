-- The last-seen table of each site: when a visitor of this column and rank was seen last. See sketch/last-seen.ts.
SELECT site, column, rank, toUInt64(toUnixTimestamp64Milli(max(time))) AS seen
FROM
(
    SELECT site, time, toUInt32(bitAnd(visitor, {columns:UInt64} - 1)) AS column,
        bitOr(bitShiftRight(visitor, {columnBits:UInt8}), bitShiftLeft(toUInt64(1), {ranks:UInt8} - 1)) AS zeros,
        toUInt32(bitCount(bitXor(zeros, zeros - 1)) - 1) AS rank
    FROM hits
    WHERE bot = '' AND visitor % {slices:UInt64} = {slice:UInt64}
)
GROUP BY site, column, rank
