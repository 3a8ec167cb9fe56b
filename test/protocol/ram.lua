-- SPDX-License-Identifier: Apache-2.0
-- The heap that an image takes, on a machine whose pointers have 32 bits. Before it: `chunk`, the image, compiled and not run, as a
-- flash store holds it; `data`, a recorded life, a line a step: inbox words | octets in hex; `apart`, sizes of tables to subtract, and
-- `entries`, octets of entries of the image's own memory. Result: octets after start, octets at the end of the life, and what is apart.

local RECEIVE, COMMAND = 2, 6

-- Where a part of the mailbox is: a table and the index of its first entry.
local function part(mote, name)
  local found = mote[name]
  if type(found) == 'number' then return mote.memory, found end
  return found, 0
end

local function fill(text, pattern, base, to, at)
  for piece in string.gmatch(text, pattern) do
    to[at] = tonumber(piece, base)
    at = at + 1
  end
end

local function held()
  collectgarbage()
  collectgarbage()
  return vm.bytes()
end

-- A table as the compiler makes it: one that a loop brings to its size, or one that its constructor lists.
local function make(size)
  local listed = not (size == 128 or size == 256 or size == 512 or size == 1024 or size == 2048)
  if listed then
    return (loadstring or load)('return {[0] = 0' .. string.rep(', 0', size - 1) .. '}')()
  end
  local filled = { [0] = 0 }
  for i = 1, size - 1 do filled[i] = 0 end
  return filled
end

-- Repeats the life on a mote.
local function live(mote)
  local inbox, inboxAt = part(mote, 'inbox')
  for words, received in string.gmatch(data, '([^|\n]*)|([^|\n]*)\n') do
    fill(words, '-?%d+', 10, inbox, inboxAt)
    local op = inbox[inboxAt]
    if op == RECEIVE then fill(received, '%x%x', 16, part(mote, 'rxFrame')) end
    if op == COMMAND then fill(received, '%x%x', 16, part(mote, 'rxLine')) end
    mote.step()
  end
end

-- First in vain: what this script needs itself is there when the counting begins.
live({ inbox = {}, rxFrame = {}, rxLine = {}, step = function() end })
local kept = {}
local function keep()
  for i = 1, #apart do kept[i] = make(apart[i]) end
end
keep()
for i = 1, #apart do kept[i] = false end
local before = held()
keep()
local aside = held() - before + entries
kept = nil

before = held()
local mote = chunk()
local started = held() - before
live(mote)
return started - aside, held() - before - aside, aside
