INSERT INTO stream_positions (topic, partition, offset, end, last, runs)
SELECT {topic:String}, {partition:UInt32}, {offset:UInt64}, {end:UInt64}, {last:UInt64}, {runs:String}
