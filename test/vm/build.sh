#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds three 32-bit Lua machines into dist/vm/NAME.wasm from Debian's pristine source archives:
#   lua53i  Lua 5.3, 32-bit integers and floats: NodeMCU's default 5.3
#   lua51f  Lua 5.1, double, with NodeMCU's limits and `bit`
#   lua51i  Lua 5.1, integer numbers, likewise: NodeMCU's integer build
# WebAssembly, since many a kernel no longer runs 32-bit x86; test/vm/wasm.ts runs them.
# Needs apt-get (a Debian system) and the Debian packages clang, lld, libclang-rt-dev-wasm32 and wasi-libc.
# What is up to date is left alone.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(cd "$here/../.." && pwd)/dist/vm
mkdir -p "$out"
exec 9> "$out/lock"
flock 9

current() {
  local vm source
  for vm in lua53i lua51f lua51i; do
    for source in "$here"/{build.sh,launcher.c,served.c,served.h,bit.c,opcodes.c,nodemcu51.h,wasm32.h}; do
      [ "$out/$vm.wasm" -nt "$source" ] || return 1
    done
  done
}
if current; then exit 0; fi

fail() {
  echo "test/vm/build.sh: $*" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

verify() {
  (cd "$out" && sha256sum --check --status) << END
2640fc56a795f29d28ef15e13c34a47e223960b0240e8cb0a82d9b0738695333  lua5.1_5.1.5.orig.tar.gz
fc5fd69bb8736323f026672b1b7235da613d7177e72558893a0bdcd320466d60  lua5.3_5.3.6.orig.tar.gz
END
}

# A source list of our own: most systems have no deb-src lines, and this needs no root.
fetch() {
  local codename keys=/usr/share/keyrings/debian-archive-keyring.gpg
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [ -n "$codename" ] && [ -r "$keys" ] || fail "fetching the sources needs a Debian system with $keys"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  echo "deb-src [signed-by=$keys] http://deb.debian.org/debian $codename main" > "$work/sources.list"
  local apt=(apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 -o Dir::Etc::sourcelist="$work/sources.list"
    -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache")
  "${apt[@]}" update
  (cd "$work" && "${apt[@]}" source --download-only lua5.1 lua5.3) > /dev/null
  mv "$work"/lua5.?_*.orig.tar.gz "$out/"
}

verify 2> /dev/null || fetch
verify || fail "the source archives in $out are not Lua 5.1.5 and 5.3.6: their SHA-256 differs"

# build NAME LUA FLAG...: wrapping integers, as on the mote; a constant seed, so that the order of pairs() is the same in
# each run; the C stack first in memory, where running over it traps.
build() {
  local name=$1 lua=$2
  shift 2
  mkdir "$work/$name"
  cd "$work/$name"
  tar xf "$out/lua${lua%.?}_$lua.orig.tar.gz" --strip-components=2 --wildcards '*/src'
  if [ "$lua" = 5.1.5 ]; then cat "$here/nodemcu51.h" >> luaconf.h; fi
  cat "$here/wasm32.h" >> luaconf.h
  : > setjmp.h # ldo.c includes it, the C library has none
  rm -f lua.c luac.c print.c
  local flags=(--target=wasm32-wasi -O2 -fwrapv '-Dluai_makeseed()=1' -mmutable-globals
    -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS -I . "$@")
  clang "${flags[@]}" -w -c ./*.c
  clang "${flags[@]}" -Wall -Wextra -c "$here"/{launcher,served,bit,opcodes}.c
  clang --target=wasm32-wasi -o vm ./*.o -lwasi-emulated-process-clocks -Wl,--strip-all,--export-table \
    -Wl,--export=__stack_pointer,--stack-first,-z,stack-size=1048576
  mv vm "$out/$name.wasm"
}

echo 'int main(void) { return 0; }' | clang --target=wasm32-wasi -x c -o "$work/probe" - 2> /dev/null ||
  fail 'clang cannot build WebAssembly here: install the Debian packages clang, lld, libclang-rt-dev-wasm32 and wasi-libc'

jobs=()
for machine in 'lua53i 5.3.6 -DLUA_32BITS' 'lua51f 5.1.5' 'lua51i 5.1.5 -DLUA_NUMBER_INTEGRAL'; do
  # shellcheck disable=SC2086  # the words of a line are arguments
  build $machine &
  jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job" || fail 'compiling failed'; done
