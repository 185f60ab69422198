-- Slots are compared as whole seconds: comparing them as milliseconds made a ranking a fifth slower.
({site:String} = '' OR site = {site:String})
    AND month >= toStartOfMonth(toDateTime(intDiv({first:Int64}, 1000), 'UTC'))
    AND slot >= toDateTime(intDiv({first:Int64}, 1000), 'UTC') AND slot < toDateTime(intDiv({end:Int64}, 1000), 'UTC')
