{{time}} < fromUnixTimestamp64Milli({latest:Int64})
    AND {{time}} < fromUnixTimestamp64Milli(transform(toString(site), {sites:Array(String)}, {befores:Array(Int64)}, {usual:Int64}))
