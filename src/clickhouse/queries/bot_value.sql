-- What a list says of a bot; see src/source/bot.ts. The list is tried with the name, then with its first word.
transform(lower({{bot}}), {{names}}, {{values}},
    if({{bot}} = '', '', transform(extract(lower({{bot}}), '^[a-z0-9]+'), {{names}}, {{values}}, '{{otherwise}}')))
