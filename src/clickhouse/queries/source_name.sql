-- Name of a source; see sourceName in src/source/source-name.ts, and host-keys.ts there for the keys that are tried, in order.
-- An expression for groups rather than for hits. It contains each list once: parsing the lists takes longer than naming all groups.
if((arrayFirst(source_listing -> source_listing != '',
        arrayPushBack(
            arrayMap(source_key -> transform(source_key, {{keys}}, {{names}}, ''),
                if(match((lower({{source}}) AS source_text), '[^a-z0-9._-]'),
                    [source_text],
                    [source_text,
                        (replaceRegexpOne(source_text, '\\.(?:com|(?:com?\\.)?[a-z]{2})$', '.*') AS source_starred),
                        concat('.', substringIndex(source_text, '.', -3)),
                        concat('.', substringIndex(source_starred, '.', -3)),
                        concat('.', substringIndex(source_text, '.', -2)),
                        concat('.', substringIndex(source_starred, '.', -2))])),
            source_text)) AS source_listed) = 'Direct',
    transform({{click}}, {{clicks}}, {{click_sources}}, source_listed),
    source_listed)
