-- Slots are whole seconds, and compared as such: as milliseconds a ranking took a fifth longer.
({site:String} = '' OR site = {site:String})
    AND month >= toStartOfMonth(toDateTime(intDiv({first:Int64}, 1000), 'UTC'))
    AND slot >= toDateTime(intDiv({first:Int64}, 1000), 'UTC') AND slot < toDateTime(intDiv({end:Int64}, 1000), 'UTC')
