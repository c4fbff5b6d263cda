-- Sends the requests of a file one after the other, and prints what came of it as one line.
local threads = 0

function setup(thread)
  thread:set("turn", threads)
  threads = threads + 1
end

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local text = file:read("*a")
  file:close()
  requests = {}
  for message in text:gmatch("%Z+") do
    requests[#requests + 1] = message
  end
  -- Threads start apart, so that they do not ask for the same rows at the same time.
  position = turn * 997
end

function request()
  position = position + 1
  return requests[position % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'replayed {"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, ' ..
    '"refused": %d, "broken": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
