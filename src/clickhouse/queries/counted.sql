NOT {{signal}}
