-- SPDX-License-Identifier: Apache-2.0
-- How much of the heap is held, and by which tables.

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
