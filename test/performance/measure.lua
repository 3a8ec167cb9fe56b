-- SPDX-License-Identifier: Apache-2.0
-- Prints what does not depend on the day: instructions by kind, octets of RAM. `load` and `loadAes` make the modules.
-- A line is a name, a kind and a number, with tabs between.

local function held() return vm.bytes and vm.bytes() or collectgarbage('count') * 1024 end

-- The stack shrinks a little each time, so again until nothing more is given back.
local function collected()
  local before
  repeat
    before = held()
    collectgarbage()
  until held() == before
  return before
end

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

-- Octets given back when a module lets go of all its tables but that of its exports; its functions stay.
local function tablesOf(module)
  local functions, seen = {}, {}
  local function walk(value)
    if seen[value] or value == _G then return end
    if type(value) == 'table' then
      seen[value] = true
      for _, v in pairs(value) do walk(v) end
    elseif type(value) == 'function' then
      seen[value] = true
      functions[#functions + 1] = value
      local i = 1
      local name, upvalue = debug.getupvalue(value, i)
      while name do
        if upvalue ~= nil then walk(upvalue) end
        i = i + 1
        name, upvalue = debug.getupvalue(value, i)
      end
    end
  end
  walk(module)
  seen, walk = nil, nil
  local before = collected()
  for _, f in ipairs(functions) do
    local i = 1
    local name, upvalue = debug.getupvalue(f, i)
    while name do
      if type(upvalue) == 'table' and upvalue ~= _G then debug.setupvalue(f, i, nil) end
      i = i + 1
      name, upvalue = debug.getupvalue(f, i)
    end
  end
  for k, v in pairs(module) do
    if type(v) == 'table' then module[k] = nil end
  end
  return before - collected()
end

-- Once for the stack, which stays as large as that made it.
load()
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
collectgarbage('restart')
work = nil
print('tables', 'octets', tablesOf(core))
