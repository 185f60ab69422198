multiIf({{of}}name = 'pageview', 'page', {{request}}, substring({{of}}name, length('request:') + 1), '')
