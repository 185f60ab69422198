-- Counts a batch of hits of one site, or of all sites, once: a batch that comes again changes nothing.
--
-- KEYS  1 totals, 2 all-time visitors, 3 what this node has counted; then a key for each bucket
-- ARGV  1 number of the batch, 2 'bloom' or 'log', 3 expected visitors, 4 hits; a visitor for each hit;
--       buckets of hits, each as field, hits, seconds to live; '-'; buckets of visitors, each as first and last hit,
--       seconds to live
-- Returns hits and visitors of all time, and for each hit 1 if its visitor is new: '8 3 10100000'
local MEMORY = 86400
local seen = redis.call('HMGET', KEYS[3], 'batch', 'reply')
if seen[1] and tonumber(seen[1]) >= tonumber(ARGV[1]) then return seen[2] end

local count = tonumber(ARGV[4])
local function visitors(first, last)
  return unpack(ARGV, 4 + first, 4 + last)
end

local new, distinct = {}, nil
if ARGV[2] == 'bloom' then
  local added = 0
  for first = 1, count, 1000 do
    local last = math.min(first + 999, count)
    local flags = redis.call('BF.INSERT', KEYS[2], 'CAPACITY', ARGV[3], 'ERROR', '0.005', 'ITEMS', visitors(first, last))
    for _, flag in ipairs(flags) do
      local isNew = (flag == 1 or flag == true) and 1 or 0
      added = added + isNew
      new[#new + 1] = isNew
    end
  end
  distinct = redis.call('HINCRBY', KEYS[1], 'visitors', added)
else
  for hit = 1, count do new[hit] = redis.call('PFADD', KEYS[2], ARGV[4 + hit]) end
  distinct = redis.call('PFCOUNT', KEYS[2])
end
local hits = redis.call('HINCRBY', KEYS[1], 'hits', count)

local at, key = 5 + count, 4
while ARGV[at] ~= '-' do
  redis.call('HINCRBY', KEYS[key], ARGV[at], ARGV[at + 1])
  redis.call('EXPIRE', KEYS[key], ARGV[at + 2])
  at, key = at + 3, key + 1
end
at = at + 1
while ARGV[at] do
  redis.call('PFADD', KEYS[key], visitors(tonumber(ARGV[at]), tonumber(ARGV[at + 1])))
  redis.call('EXPIRE', KEYS[key], ARGV[at + 2])
  at, key = at + 3, key + 1
end

local reply = hits .. ' ' .. distinct .. ' ' .. table.concat(new)
redis.call('HSET', KEYS[3], 'batch', ARGV[1], 'reply', reply)
redis.call('EXPIRE', KEYS[3], MEMORY)
return reply
