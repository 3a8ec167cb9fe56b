-- SPDX-License-Identifier: Apache-2.0
-- Prints microseconds of each work of each variant, round by round: all take their turn in each round, so that what disturbs the
-- machine disturbs all of them. `variants` is a list of { name, load, loadAes }; `rounds` and `least` (microseconds) are numbers.

local micros = vm.micros or function() return math.floor(os.clock() * 1000000) end

local function timed(job, times)
  local f, a, b, c, d, e = unpack(job)
  local start = micros()
  for _ = 1, times do f(a, b, c, d, e) end
  return (micros() - start) % 0x7fffffff
end

-- Opening works on what was just sealed.
local function both(sealJob, openJob)
  sealJob[1](sealJob[2], sealJob[3], sealJob[4], sealJob[5])
  openJob[1](openJob[2], openJob[3], openJob[4], openJob[5])
end

local jobs = {}
for _, variant in ipairs(variants) do
  local work = workOf(variant[2](), variant[3]())
  work.both = { both, work.seal, work.open }
  for _, name in ipairs({ 'block', 'seal', 'both', 'frame seal' }) do
    local job, times = work[name], 1
    while timed(job, times) < least do times = times * 2 end
    jobs[#jobs + 1] = { variant[1] .. '\t' .. name, job, times }
  end
end
for _ = 1, rounds do
  for _, job in ipairs(jobs) do print(job[1], timed(job[2], job[3]), job[3]) end
end
