-- The salt of a day: the earliest proposed, the smallest of those of the same moment. Whether it has settled is decided by
-- the server's clock, by which it was also proposed.
SELECT salt,
    toUInt8(proposed <= now64(3) - toIntervalMillisecond({settle:UInt32})) AS settled
FROM salts
WHERE day = {day:Date}
ORDER BY proposed, salt
LIMIT 1
