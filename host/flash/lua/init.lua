-- SPDX-License-Identifier: Apache-2.0
-- What NodeMCU runs at boot. It never changes: the loader that it runs does, and lies in two files while it is replaced.
for _, name in ipairs({ "kemp-boot.lua", "kemp-boot2.lua" }) do
  local loader = loadfile(name)
  if loader then return loader() end
end
