-- Add work to a queue unless it holds its bound: KEYS[1] queue; ARGV[1] payload, ARGV[2] bound. Returns 1, or 0 when full.
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('XADD', KEYS[1], '*', 'p', ARGV[1])
return 1
