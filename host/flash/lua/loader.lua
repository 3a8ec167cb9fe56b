-- SPDX-License-Identifier: Apache-2.0
-- The boot loader. There are two slots, a and b. A slot counts if it has a record: kemp-a.ok is "kemp1 SEQUENCE ID KIND" and a
-- sum. The one with the higher sequence number is started, unless it was started before and did not last: then the other.
-- kemp-a.try: it was started. kemp-a.ran: it lasted.

local WAIT_MS, PROOF_MS, DEEP_SLEEP = 1000, 3000, 5

local open = file.open or io.open

local function read(name)
  local handle = open(name, "r")
  if not handle then return "" end
  local text = handle:read(200)
  handle:close()
  return text or ""
end

local function touch(name)
  local handle = open(name, "w")
  if handle then handle:close() end
end

local function sum(text)
  local a, b = 1, 0
  for i = 1, #text do
    a = (a + text:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return a .. "," .. b
end

local function slot(name)
  local mark = "kemp-" .. name
  local text, check = read(mark .. ".ok"):match("^(.-) (%d+,%d+)$")
  if not text or sum(text) ~= check then return end
  local sequence, id, kind = text:match("^kemp1 (%d+) (%x+) (%l+)$")
  if not sequence or not file.exists(mark .. "." .. kind) then return end
  local ran = file.exists(mark .. ".ran")
  local failed = not ran and file.exists(mark .. ".try")
  return { name = name, mark = mark, sequence = tonumber(sequence), id = id, kind = kind, ran = ran, failed = failed }
end

local function chunk(one)
  local image = one.mark .. "." .. one.kind
  if one.kind ~= "lfs" then return loadfile(image) end
  local known = node.LFS.get("kemp_id")
  if known and known() == one.id then
    if file.exists(one.mark .. ".load") then file.remove(one.mark .. ".load") end
    return node.LFS.get("kemp")
  end
  if known and file.exists(one.mark .. ".load") then return nil, "the flash store keeps another image" end
  touch(one.mark .. ".load")
  -- Does not return if it succeeds: the mote starts anew.
  return nil, node.LFS.reload(image) or "reload"
end

local function start(one)
  local timer
  local run, why = chunk(one)
  if not run and why == "reload" then return end
  if not one.ran then touch(one.mark .. ".try") end
  if run then
    local good, result = pcall(run)
    if good then
      kemp = result
      print("~kemp slot " .. one.name .. " " .. one.id .. (one.ran and " lasts~" or " runs~"))
      if one.ran then return end
      timer = tmr.create()
      timer:register(PROOF_MS, tmr.ALARM_SINGLE, function()
        touch(one.mark .. ".ran")
        file.remove(one.mark .. ".try")
        print("~kemp slot " .. one.name .. " " .. one.id .. " lasts~")
      end)
      timer:start()
      return
    end
    why = result
  end
  print("~kemp slot " .. one.name .. " " .. one.id .. " fails~ " .. tostring(why))
  return true
end

local function boot()
  kempstay = nil
  local best, other = slot("a"), slot("b")
  if not best or (other and other.sequence > best.sequence) then best, other = other, best end
  if best and best.failed and other and not other.failed then best, other = other, best end
  if not best then return print("~kemp no slot~") end
  -- What failed may have left something behind: the other one is started by a reset.
  if start(best) and other and not other.failed then node.restart() end
end

local _, cause = node.bootreason()
if cause == DEEP_SLEEP or cause == DEEP_SLEEP + 7 then
  boot()
else
  print("~kemp loader~")
  local timer = tmr.create()
  kempstay = function()
    timer:stop()
    kempstay = nil
  end
  timer:register(WAIT_MS, tmr.ALARM_SINGLE, boot)
  timer:start()
end
