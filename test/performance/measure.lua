-- SPDX-License-Identifier: Apache-2.0
-- Prints what does not depend on the day: instructions by kind, octets of RAM. `load` and `loadAes` make the modules.
-- A line is a name, a kind and a number, with tabs between. Behind memory.lua and work.lua.

local KINDS = { [string.byte] = 'byte' }
for _, f in pairs(bit or {}) do KINDS[f] = 'bit' end

local function tally(job)
  local kinds = {}
  for k, n in pairs(vm.opcodes(unpack(job))) do
    local kind = type(k) == 'string' and k or KINDS[k] or error('a C function without a weight was called')
    kinds[kind] = (kinds[kind] or 0) + n
  end
  return kinds
end

-- Of one that has done no work: later it holds its caller's tables too. And the stack stays as large as that made it.
print('tables', 'octets', tablesOf(load()))
local before = collected()
local core = load()
print('RAM', 'octets', collected() - before)

local work = workOf(core, loadAes())
for _, name in ipairs(ORDER) do
  local job, before = work[name], work[name:gsub('open', 'seal')]
  local function ready()
    before[1](unpack(before, 2))
  end
  ready()
  print(name, 'instructions', vm.count(unpack(job)))
  if vm.opcodes then
    ready()
    for kind, n in pairs(tally(job)) do print(name, kind, n) end
  end
end

local function often()
  for i = 1, 20 do
    for j = 1, #ORDER do
      local job = work[ORDER[j]]
      job[1](job[2], job[3], job[4], job[5], job[6])
    end
  end
end
-- The stack grows for calls deeper than any before, and where a hook strikes: let it be deep enough, and remain so.
collectgarbage()
collectgarbage('stop')
local function deep(calls) return calls == 0 and 0 or 1 + deep(calls - 1) end
deep(100)
local function allocated()
  if vm.allocated then return vm.allocated(often) end
  local before = held()
  often()
  return held() - before
end
print('allocated', 'octets', allocated())
