-- Records that a site is being deleted, or that it is.
INSERT INTO deletions (site, requested, writers, lasts, is_done)
SELECT {site:String}, fromUnixTimestamp64Milli({requested:Int64}, 'UTC'), {writers:Array(UInt32)}, {lasts:Array(UInt64)}, {is_done:UInt8}
