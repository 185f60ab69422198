SELECT count() AS hits
FROM hits
WHERE site = {{site}} AND time >= {{from}} AND time < {{until}} AND {{covered}}
