-- Cells of the last-seen tables: stored cells, and those of hits that are not rolled up.
SELECT site, rank, column, toUInt32(l.seen) AS seen
FROM last_seen AS l
UNION ALL
SELECT site, toUInt8(bitCount(bitXor(zeros, zeros - 1)) - 1) AS rank, toUInt16(bitAnd(visitor, 4095)) AS column,
    toUInt32(greatest(1, intDiv(toUnixTimestamp64Milli(time) - 1735689600000, 100))) AS seen
FROM
(
    SELECT site, time, visitor, bitOr(bitShiftRight(visitor, 12), 8388608) AS zeros
    FROM hits
    WHERE bot = '' AND {{counted}} AND batch >= {{oldest}} AND NOT ({{covered}})
)
