(startsWith({{of}}name, 'request:') AND ({{of}}method != '' OR {{of}}status != 0))
