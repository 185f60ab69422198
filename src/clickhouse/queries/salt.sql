-- The salt of a day: the earliest proposed one, and the smallest if several have the same time. Whether it has settled is
-- decided by the server's clock, which also timed the proposals.
SELECT salt,
    toUInt8(proposed <= now64(3) - toIntervalMillisecond({settle:UInt32})) AS settled
FROM salts
WHERE day = {day:Date}
ORDER BY proposed, salt
LIMIT 1
