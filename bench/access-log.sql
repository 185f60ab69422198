-- The hits of a day as an access log, in order of time, through gzip.
INSERT INTO FUNCTION file('{{file}}', 'LineAsString', 'line String', 'gzip')
SELECT concat(IPv4NumToString(toUInt32(cityHash64(visitor))), ' - - [', formatDateTime(time, '%d/%b/%Y:%H:%i:%S +0000'),
    '] "GET ', path, ' HTTP/1.1" ', toString(status), ' ', toString(cityHash64(path) % 60000), ' "',
    if(referrer = '', '-', referrer), '" "Mozilla/5.0 (',
    ['Windows NT 10.0; Win64; x64', 'Linux; Android 14; K', 'iPhone; CPU iPhone OS 17_5 like Mac OS X',
        'Macintosh; Intel Mac OS X 10_15_7', 'X11; Linux x86_64'][1 + cityHash64('system', visitor) % 5],
    ') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/', toString(100 + cityHash64('browser', visitor) % 20),
    '.0.0.0 Safari/537.36"')
FROM hits
WHERE time >= fromUnixTimestamp64Milli({{from}}) AND time < fromUnixTimestamp64Milli({{to}})
ORDER BY time
SETTINGS engine_file_truncate_on_insert = 1
