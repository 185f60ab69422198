-- Name of a source; see sourceName in src/source/source-name.ts, and host-keys.ts there for the keys that are tried. An
-- expression, for groups rather than for hits, each of which it costs 0.2 µs. Lists stand once, under an alias.
if((multiIf(
        (transform((lower({{source}}) AS source_text), ({{keys}} AS source_keys), ({{names}} AS source_names), '') AS source_whole) != '',
            source_whole,
        match(source_text, '[^a-z0-9._-]'),
            source_text,
        (transform((replaceRegexpOne(source_text, '\\.(?:com|(?:com?\\.)?[a-z]{2})$', '.*') AS source_starred), source_keys, source_names, '') AS source_whole_starred) != '',
            source_whole_starred,
        (transform(concat('.', substringIndex(source_text, '.', -3)), source_keys, source_names, '') AS source_three) != '',
            source_three,
        (transform(concat('.', substringIndex(source_starred, '.', -3)), source_keys, source_names, '') AS source_three_starred) != '',
            source_three_starred,
        (transform(concat('.', substringIndex(source_text, '.', -2)), source_keys, source_names, '') AS source_two) != '',
            source_two,
        (transform(concat('.', substringIndex(source_starred, '.', -2)), source_keys, source_names, '') AS source_two_starred) != '',
            source_two_starred,
        source_text) AS source_listed) = 'Direct',
    transform({{click}}, {{clicks}}, {{click_sources}}, source_listed),
    source_listed)
