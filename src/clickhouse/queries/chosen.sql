({site:String} = '' OR site = {site:String})
    AND time >= fromUnixTimestamp64Milli({from:Int64})
    AND time < fromUnixTimestamp64Milli({to:Int64})
    AND ({bots:String} = 'include' OR (bot != '') = ({bots:String} = 'only'))
    AND (empty({status:Array(UInt16)}) OR has({status:Array(UInt16)}, status) OR has({status:Array(UInt16)}, intDiv(status, 100)))
    AND (empty({classes:Array(String)}) OR has({classes:Array(String)}, {{request_class}}))
    AND {{filters}}
