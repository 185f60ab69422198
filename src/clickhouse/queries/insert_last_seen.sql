-- The cells of the last-seen tables for the hits of some batches: column, rank and tick as in sketch/last-seen.ts.
-- Not grouped here: the engine keeps the largest tick of each cell when it sorts the part.
INSERT INTO last_seen (site, rank, column, seen)
SETTINGS
    {{one_block}}
SELECT site, bitCount(bitXor(zeros, zeros - 1)) - 1 AS rank, bitAnd(visitor, 4095) AS column,
    greatest(1, intDiv(toUnixTimestamp64Milli(time) - 1735689600000, 100)) AS seen
FROM
(
    SELECT site, time, visitor, bitOr(bitShiftRight(visitor, 12), 8388608) AS zeros
    FROM hits
    WHERE bot = '' AND {{counted}} AND {{scope}}
)
