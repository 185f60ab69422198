-- Rollups of which all hits are there, and what an earlier try left. The month in which a site's horizon lies is made anew
-- from its days.
ALTER TABLE rollups DELETE WHERE by = 'hour'
    OR by != '@' AND toDateTime64(if(by = 'month', toLastDayOfMonth(slot), toDate(slot)), 3, 'UTC') >= {{convert_horizon}}
SETTINGS mutations_sync = 1
