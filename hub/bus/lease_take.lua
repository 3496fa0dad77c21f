-- Take or renew a lease: KEYS[1] lease; ARGV[1] owner, ARGV[2] time to live in ms. Returns 1, or 0 when it is another's.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
