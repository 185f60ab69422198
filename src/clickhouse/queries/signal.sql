({{of}}name = 'engagement' AND ({{of}}engaged > 0 OR {{of}}scroll >= 0))
